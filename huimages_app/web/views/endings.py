"""The images whose rights end soon, or have ended, for editors."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from ...services.permissions import EDIT
from ..presentation.counts import count_at_start, count_text
from ..presentation.endings import DAYS, PER_PAGE, USUAL_DAYS, choices_of, endings_of
from ..resources import Endings


@view_config(
    context=Endings,
    request_method="GET",
    permission=EDIT,
    renderer="huimages_app:templates/ending.pt",
)
def endings(context: Endings, request: Request) -> dict[str, Any]:
    """Show what ends within `?days=` (7, 30, 90, 365), or with `?ended=yes` what has ended."""
    services, site = request.services, request.site
    ended = request.GET.get("ended") == "yes"
    text = request.GET.get("days", "")
    days = int(text) if text in map(str, DAYS) else USUAL_DAYS
    first, last = services.showing.ended_days() if ended else services.showing.coming_days(days)
    page = services.images.ending(first, last, PER_PAGE, request.GET.get("cursor") or None)
    count = count_at_start(
        len(page.images),
        request,
        is_all=not page.next,
        count=lambda: services.images.count_ending(first, last),
    )
    query = {"ended": "yes"} if ended else {"days": str(days)}
    return {
        "endings": endings_of(page, request),
        "count": count_text(count, request) if page.images else "",
        "ended": ended,
        "choices": choices_of(days, request, ended=ended),
        "as_list": "" if ended else site.path("image", ends=str(days)),
        "all_ended": site.path("ending", ended="yes"),
        "next": site.path("ending", **query, cursor=page.next) if page.next else "",
    }
