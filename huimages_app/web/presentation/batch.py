"""Actions on several images or tags, shared by the views."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pyramid.httpexceptions import HTTPForbidden
from pyramid.request import Request

from ...domain.ids import parse_image_id
from ...errors import BadInput, UnknownImage
from ...services.permissions import EDIT
from .i18n import _

MAX_IMAGES = 500  # that one request may name


def chosen_ids(request: Request) -> list[str]:
    """The IDs in the fields `id`; raises BadInput for none, for too many, for no IDs."""
    chosen = [parse_image_id(text) for text in dict.fromkeys(request.POST.getall("id"))]
    if not chosen:
        raise BadInput("no picture was selected")
    if len(chosen) > MAX_IMAGES:
        raise BadInput(f"{len(chosen)} pictures are too many: at most {MAX_IMAGES} at once")
    return chosen


def require(permission: str, request: Request) -> None:
    """Refuse those who may not do this one of several things a form does."""
    if not request.has_permission(permission):
        raise HTTPForbidden(_("You are not allowed to do this. You may have to sign in."))


def for_each(chosen: list[str], action: Callable[[str], object]) -> list[str]:
    """Do it to each picture that is there; returns the IDs of those."""
    done = []
    for image_id in chosen:
        try:
            action(image_id)
        except UnknownImage:
            continue
        done.append(image_id)
    return done


def remove_tags(request: Request, image_id: str, tags: Iterable[str]) -> None:
    """Remove tags as far as this person may."""
    annotations = request.services.annotations
    for removed in tags:
        if request.has_permission(EDIT):
            annotations.untag_all(image_id, removed)
        elif request.visitor_id:
            annotations.untag(image_id, request.visitor_id, removed)
