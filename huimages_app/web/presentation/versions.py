"""The versions of an image on its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pyramid.request import Request

from ...domain.models import Image
from ...services.permissions import EDIT, REPLACE
from ...services.versions import TURNABLE
from .grids import GridItem, thumb_of


@dataclass(frozen=True)
class Version:
    """A version; `is_here` for the one whose page this is, `number` counts from 1, the oldest."""

    picture: GridItem
    number: int
    added: datetime
    is_here: bool
    is_newest: bool
    is_trashed: bool
    go_back: str  # path of the form that makes it the newest again; empty if it cannot be


@dataclass(frozen=True)
class Versions:
    """The versions, oldest first; none for an image without others."""

    versions: Sequence[Version]
    newest: str  # path of the newest version; empty on its own page
    may_replace: bool
    may_turn: bool
    may_go_back: bool


def versions_of(image: Image, request: Request) -> Versions:
    """Return the versions of an image; those in the trash for editors only."""
    site = request.site
    may_edit = site.may(EDIT)
    may_replace = site.may(REPLACE)
    has_others = bool(image.replaced_by or image.versions)
    found = request.services.versions.all(image) if has_others else []
    newest = found[-1] if found and found[-1].id != image.id else None
    shown = [
        _version(each, index, found[-1], image, request)
        for index, each in enumerate(found, start=1)
        if may_edit or not each.trashed
    ]
    return Versions(
        shown if len(shown) > 1 else [],
        site.path("image", newest.id) if newest and not newest.trashed else "",
        may_replace and not (newest and newest.trashed),
        may_replace and image.contenttype in TURNABLE and newest is None,
        may_replace,
    )


def _version(image: Image, number: int, newest: Image, here: Image, request: Request) -> Version:
    site, is_trashed = request.site, image.trashed is not None
    return Version(
        thumb_of(image, site.path("image", image.id), request),
        number,
        image.uploaded or image.created,
        is_here=image.id == here.id,
        is_newest=image.id == newest.id,
        is_trashed=is_trashed,
        go_back=site.view_path("image", image.id, "newest")
        if image.id != newest.id and not is_trashed
        else "",
    )
