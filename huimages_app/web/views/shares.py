"""Share links for editors: the form that makes one, their list, and revocation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.shares import DEFAULT_SIZE, Share, ShareTerms, Target
from ...domain.validity import parse_day
from ...errors import BadInput
from ...services.permissions import EDIT
from ..presentation.counts import shares_text
from ..presentation.form_fields import field
from ..presentation.i18n import _
from ..presentation.requested_sizes import requestable_names
from ..presentation.responses import changed
from ..presentation.share_targets import list_title, list_words, target_path
from ..share_resources import Shares

# Chosen in the form unless the editor chooses another end.
_USUAL_DAYS = 30
_LARGE = (DEFAULT_SIZE, "2400x2400", "3600x3600")
# Parameters of the URL of the form, one for each kind of target.
_KINDS = ("image", "collection", "article", "tag", "search", "list")


@view_config(
    context=Shares,
    request_method="GET",
    permission=EDIT,
    renderer="huimages_app:templates/shares.pt",
)
def shares(context: Shares, request: Request) -> dict[str, Any]:
    """Show all share links: what they lead to, their ends and their visits."""
    return _page(request)


@view_config(
    context=Shares,
    name="new",
    request_method="GET",
    permission=EDIT,
    renderer="huimages_app:templates/share_new.pt",
)
def new_share(context: Shares, request: Request) -> dict[str, Any]:
    """Show the form for a share link to `?image=`, `collection=`, `tag=`, `search=` or `article=`.

    `key` is the reference key of an article.  `?list=` has the filters and the order of a list, as
    the query of a URL.
    """
    target = _target(request.GET, request)
    today = request.services.showing.today
    return {
        "target": target,
        "title": request.services.shares.title_of(target) or list_title(target, request.site),
        "words": list_words(target, request.site),
        "sizes": _offered(request),
        "usual_size": DEFAULT_SIZE,
        "first_day": today.isoformat(),
        "usual_day": (today + timedelta(days=_USUAL_DAYS)).isoformat(),
        "here": request.site.path("share"),
    }


@view_config(
    context=Shares,
    request_method="POST",
    permission=EDIT,
    renderer="huimages_app:templates/shares.pt",
)
def add_share(context: Shares, request: Request) -> dict[str, Any]:
    """Make a share link and show it, once.

    Fields `kind`, `value` and `key` of the target; `title`; `until`, a day, or empty; `size`, once
    for each; `originals`; `password`, or empty.
    """
    target = Target.parse(field(request, "kind"), field(request, "value"), field(request, "key"))
    terms = ShareTerms(
        field(request, "title"),
        _end_of(request.POST.get("until", ""), request),
        tuple(str(text) for text in request.POST.getall("size")),
        originals=bool(request.POST.get("originals")),
        password=request.POST.get("password", ""),
    )
    share, token = request.services.shares.add(target, terms, request.identity.account)
    request.response.headers["Cache-Control"] = "no-store"
    url = f"{request.host_url}{request.site.path('share', token)}"
    return _page(request, new_url=url, new=share)


@view_config(context=Shares, name="revoke", request_method="POST", permission=EDIT)
def revoke(context: Shares, request: Request) -> Response:
    """Revoke the share link with the ID in the field `id`."""
    request.services.shares.revoke(field(request, "id"))
    return changed(request, text="ok", data={}, notice=_("The share link was revoked."))


def _offered(request: Request) -> list[str]:
    policy, size = request.services.sizes, request.services.urls.size
    names = [name for name, one in requestable_names(request).items() if not one.is_original]
    return [*(text for text in _LARGE if policy.serves(size(text))), *reversed(names)]


def _target(given: Any, request: Request) -> Target:
    for kind in _KINDS:
        if value := given.get(kind, ""):
            keys = request.services.articles.keys
            return Target.parse(kind, value, given.get("key", keys[0]))
    raise BadInput(f"the URL names nothing to share; expected one of {', '.join(_KINDS)}")


def _end_of(text: str, request: Request) -> datetime | None:
    """Return the end of a day in the time zone of the site; None for an empty text.

    Raises BadInput.
    """
    if not text:
        return None
    try:
        end: datetime = request.services.showing.end_of(parse_day(text))
    except ValueError:
        raise BadInput(f"the field 'until' is {text[:20]!r}; expected YYYY-MM-DD") from None
    return end


def _page(request: Request, *, new_url: str = "", new: Share | None = None) -> dict[str, Any]:
    found = request.services.shares.all()
    return {
        "shares": [(share, target_path(request.site, share.target)) for share in found],
        "count": shares_text(len(found), request.site) if found else "",
        "now": datetime.now(UTC),
        "new_url": new_url,
        "new": new,
        "here": request.site.path("share"),
    }
