"""Images that look alike: the work list, and the form that declares them to be different."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...services.permissions import EDIT, VIEW
from ..presentation.batch import chosen_ids
from ..presentation.counts import count_text
from ..presentation.i18n import _
from ..presentation.likeness import groups_of
from ..presentation.responses import Undo, changed
from ..resources import Duplicates

PER_PAGE = 30  # images that look like others


@view_config(
    context=Duplicates,
    request_method="GET",
    permission=VIEW,
    renderer="huimages_app:templates/duplicates.pt",
)
def duplicates(context: Duplicates, request: Request) -> dict[str, Any]:
    """Show a page of the groups of images that look alike, newest first."""
    services, cursor = request.services, request.GET.get("cursor") or None
    page = services.duplicates.page(PER_PAGE, cursor)
    has_count = cursor is None and bool(page.groups or page.next)
    return {
        "count": count_text(services.duplicates.count(), request) if has_count else "",
        "groups": groups_of(page.groups, request),
        "next": request.site.path("duplicates", cursor=page.next) if page.next else "",
    }


@view_config(context=Duplicates, request_method="POST", permission=EDIT)
def dismiss(context: Duplicates, request: Request) -> Response:
    """Declare images to be different from each other: fields `id`, once for each.

    Returns `ok`, or `{"ids": [ID, …]}`.
    """
    chosen = chosen_ids(request)
    request.services.duplicates.dismiss(chosen)
    notice = _("These pictures are not listed as duplicates any more.")
    undo = Undo(request.site.view_path("duplicates", "undismiss"), chosen)
    return changed(request, text="ok", data={"ids": chosen}, notice=notice, undo=undo)


@view_config(context=Duplicates, name="undismiss", request_method="POST", permission=EDIT)
def undismiss(context: Duplicates, request: Request) -> Response:
    """Take back that images are different from each other: fields `id`, once for each.

    Returns `ok`, or `{"ids": [ID, …]}`.
    """
    chosen = chosen_ids(request)
    request.services.duplicates.undismiss(chosen)
    notice = _("These pictures are listed as duplicates again, if they look alike.")
    return changed(request, text="ok", data={"ids": chosen}, notice=notice)
