"""`/api/v1/images/ID/tags`, `/rating`, `/favorite`: annotations of an image.

Each token has its own visitor ID.
"""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPForbidden
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.models import Annotation
from ...domain.tags import MAX_LENGTH, MAX_TAGS, parse_tags
from ...domain.text import clean_tag
from ...errors import BadInput
from ...services.permissions import CONTRIBUTE, EDIT, VIEW
from ..presentation.conditional import conditional_json, digest
from ..presentation.image_json import rating_of, tags_of
from ..resources import ApiImage
from . import bodies
from .parameters import query
from .responses import require_match

_TAGS = {
    "tags": (
        f"a list of at most {MAX_TAGS} texts of at most {MAX_LENGTH} characters",
        bodies.texts(MAX_LENGTH, MAX_TAGS),
    )
}
_RATING = {"rating": ("a whole number from 0 to 10", bodies.rating)}


@view_config(context=ApiImage, name="tags", request_method="GET", permission=VIEW)
def tags(context: ApiImage, request: Request) -> Response:
    """Return the tags with their counts, and whether the client gave them."""
    query(request)
    return conditional_json(_tags(context, request))


@view_config(context=ApiImage, name="tags", request_method="POST", permission=CONTRIBUTE)
def add_tags(context: ApiImage, request: Request) -> Response:
    """Add tags."""
    query(request)
    given = bodies.object_of(request, _TAGS)
    if "tags" not in given:
        raise BadInput('the body lacks the field \'tags\'; expected {"tags": ["…"]}')
    require_match(request, digest(_tags(context, request)))
    tags = parse_tags(" ".join(given["tags"]))
    request.services.annotations.tag(context.image_id, request.ensure_visitor(), tags)
    return conditional_json(_tags(context, request))


@view_config(context=ApiImage, name="tags", request_method="DELETE", permission=CONTRIBUTE)
def remove_tags(context: ApiImage, request: Request) -> Response:
    """Remove the client's tags, or with `everyone=true`, for editors, those of all visitors."""
    parameters = query(request, "tag", "everyone")
    sent = parameters.all("tag", MAX_LENGTH)
    # A legacy tag may be stored in another form than new ones.
    tags = list(dict.fromkeys([*sent, *map(clean_tag, sent)]))
    everyone = parameters.flag("everyone")
    if not tags:
        raise BadInput("the parameter 'tag' is missing; expected ?tag=…, once per tag")
    if everyone and not request.site.may(EDIT):
        raise HTTPForbidden("only editors may remove the tags of all visitors")
    require_match(request, digest(_tags(context, request)))
    annotations = request.services.annotations
    for tag in tags:
        if everyone:
            annotations.untag_all(context.image_id, tag)
        elif request.visitor_id:
            annotations.untag(context.image_id, request.visitor_id, tag)
    return conditional_json(_tags(context, request))


@view_config(context=ApiImage, name="rating", request_method="GET", permission=VIEW)
def rating(context: ApiImage, request: Request) -> Response:
    """Return the average, and the client's own rating."""
    query(request)
    return conditional_json(_rating(context, request))


@view_config(context=ApiImage, name="rating", request_method="PUT", permission=CONTRIBUTE)
def rate(context: ApiImage, request: Request) -> Response:
    """Set the client's rating."""
    query(request)
    given = bodies.object_of(request, _RATING)
    if "rating" not in given:
        raise BadInput("the body lacks the field 'rating'; expected {\"rating\": 0…10}")
    return _rated(context, request, given["rating"])


@view_config(context=ApiImage, name="rating", request_method="DELETE", permission=CONTRIBUTE)
def unrate(context: ApiImage, request: Request) -> Response:
    """Remove the client's rating."""
    query(request)
    return _rated(context, request, None)


@view_config(context=ApiImage, name="favorite", request_method="GET", permission=VIEW)
def favorite(context: ApiImage, request: Request) -> Response:
    """Return whether the image is a favourite of the client, and the number of favourites."""
    query(request)
    return conditional_json(_favorite(context, request))


@view_config(
    context=ApiImage,
    name="favorite",
    request_method=("PUT", "DELETE"),
    permission=CONTRIBUTE,
)
def set_favorite(context: ApiImage, request: Request) -> Response:
    """Add the favourite (PUT, without a body) or remove it (DELETE)."""
    query(request)
    require_match(request, digest(_favorite(context, request)))
    visitor_id = request.ensure_visitor()
    request.services.annotations.favorite(context.image_id, visitor_id, request.method == "PUT")
    return conditional_json(_favorite(context, request))


def _rated(context: ApiImage, request: Request, rating: int | None) -> Response:
    require_match(request, digest(_rating(context, request)))
    request.services.annotations.rate(context.image_id, request.ensure_visitor(), rating)
    return conditional_json(_rating(context, request))


def _tags(context: ApiImage, request: Request) -> dict[str, Any]:
    own = _own(context, request)
    summary = request.services.annotations.summary(context.image_id)
    return {
        "items": [
            {
                "tag": tag,
                "spelling": summary.spelling(tag),
                "count": summary.tags[tag],
                "own": tag in own.tags,
            }
            for tag in tags_of(summary)
        ]
    }


def _rating(context: ApiImage, request: Request) -> dict[str, Any]:
    own = _own(context, request)
    return {
        **rating_of(request.services.annotations.summary(context.image_id)),
        "own": own.rating,
    }


def _favorite(context: ApiImage, request: Request) -> dict[str, Any]:
    own = _own(context, request)
    count = request.services.annotations.summary(context.image_id).favorites
    return {"favorite": own.favorite, "count": count}


def _own(context: ApiImage, request: Request) -> Annotation:
    """Return the client's annotation of the image; raises UnknownImage."""
    request.services.images.get(context.image_id)
    if not request.visitor_id:
        return Annotation()
    annotation: Annotation = request.services.annotations.get(context.image_id, request.visitor_id)
    return annotation
