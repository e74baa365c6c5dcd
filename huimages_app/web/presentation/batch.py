"""Actions on several images or tags, shared by the views."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pyramid.httpexceptions import HTTPForbidden
from pyramid.request import Request

from ...domain.ids import parse_image_id
from ...errors import BadInput, EditConflict, UnknownImage
from ...services.permissions import EDIT
from .i18n import _

MAX_IMAGES = 500  # in one request


def chosen_ids(request: Request) -> list[str]:
    """Return the IDs in the fields `id`; raises BadInput for none, too many, or invalid ones."""
    chosen = [parse_image_id(text) for text in dict.fromkeys(request.POST.getall("id"))]
    if not chosen:
        raise BadInput("no picture was selected")
    if len(chosen) > MAX_IMAGES:
        raise BadInput(f"{len(chosen)} pictures are too many: at most {MAX_IMAGES} at once")
    return chosen


def require(permission: str, request: Request) -> None:
    """Raise HTTPForbidden unless the client has the permission for one action of a form."""
    if not request.has_permission(permission):
        raise HTTPForbidden(_("You are not allowed to do this. You may have to sign in."))


def for_each(chosen: list[str], action: Callable[[str], object]) -> list[str]:
    """Apply an action to each image that exists; return the IDs of these images.

    Images that were changed meanwhile, so that the action raises EditConflict, are left out.
    """
    done = []
    for image_id in chosen:
        try:
            action(image_id)
        except (UnknownImage, EditConflict):
            continue
        done.append(image_id)
    return done


def remove_tags(request: Request, image_id: str, tags: Iterable[str]) -> None:
    """Remove tags: the visitor's own, or those of all visitors if the client may edit."""
    annotations = request.services.annotations
    for removed in tags:
        if request.has_permission(EDIT):
            annotations.untag_all(image_id, removed)
        elif request.visitor_id:
            annotations.untag(image_id, request.visitor_id, removed)
