"""`/api/v1/shares`: share links."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.shares import DEFAULT_SIZE, KINDS, MAX_SIZES, MAX_VALUE, Share, ShareTerms, Target
from ...domain.text import MAX_TITLE
from ...errors import BadInput
from ...services.permissions import EDIT
from ..presentation.conditional import conditional_json
from ..presentation.image_json import time_text
from ..presentation.share_targets import target_path
from ..share_resources import ApiShare, ApiShares
from . import bodies
from .parameters import query

_BODY = {
    "kind": (f"one of {', '.join(KINDS)}", bodies.text(20)),
    "value": ("an ID, a number, a tag, words, or filters", bodies.text(MAX_VALUE)),
    "key": ("a reference key", bodies.text(40)),
    "title": (f"a text of at most {MAX_TITLE} characters", bodies.text(MAX_TITLE)),
    "until": ("a time like 2026-01-31T12:00:00Z, or null", bodies.removable_time),
    "sizes": (f"a list of at most {MAX_SIZES} sizes", bodies.texts(100, MAX_SIZES)),
    "originals": ("true or false", bodies.flag),
    "password": ("a text, or null", bodies.removable(1000)),
}


@view_config(context=ApiShares, request_method="GET", permission=EDIT)
def shares(context: ApiShares, request: Request) -> Response:
    """Return all share links, the newest first, without their tokens."""
    query(request)
    found = request.services.shares.all()
    return conditional_json({"items": [_data(share, request) for share in found]})


@view_config(context=ApiShares, request_method="POST", permission=EDIT)
def add_share(context: ApiShares, request: Request) -> Response:
    """Make a share link; the response is the only place with its URL."""
    query(request)
    body = bodies.object_of(request, _BODY)
    if missing := [name for name in ("kind", "value") if name not in body]:
        raise BadInput(f"the body lacks the field {missing[0]!r}")
    key = body.get("key", request.services.articles.keys[0])
    terms = ShareTerms(
        body.get("title", ""),
        body.get("until"),
        tuple(body.get("sizes", [DEFAULT_SIZE])),
        originals=body.get("originals", False),
        password=body.get("password", ""),
    )
    target = Target.parse(body["kind"], body["value"], key)
    identity = request.identity
    share, token = request.services.shares.add(target, terms, identity.account)
    url = f"{request.host_url}{request.site.path('share', token)}"
    headers = {"Cache-Control": "no-store"}
    return conditional_json(_data(share, request) | {"url": url}, status=201, headers=headers)


@view_config(context=ApiShare, request_method="DELETE", permission=EDIT)
def revoke(context: ApiShare, request: Request) -> Response:
    """Revoke a share link."""
    query(request)
    request.services.shares.revoke(context.share_id)
    return Response(status=204)


def _data(share: Share, request: Request) -> dict[str, Any]:
    target = share.target
    return {
        "id": share.id,
        "kind": target.kind,
        "value": target.value,
        "key": target.key or None,
        "page": f"{request.host_url}{target_path(request.site, target)}",
        "title": share.title,
        "created": time_text(share.created),
        "created_by": share.created_by or None,
        "until": time_text(share.until) if share.until else None,
        "sizes": list(share.sizes),
        "originals": share.originals,
        "has_password": bool(share.password),
        "views": share.views,
    }
