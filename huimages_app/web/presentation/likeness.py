"""Images that look alike, on pages and in results of uploads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyramid.i18n import TranslationString
from pyramid.request import Request

from ...domain.models import Image
from ...services.duplicates import Group, Likeness, larger_of, pixels
from .grids import GridItem, items_of, thumb_of
from .i18n import _
from .showing import seen


@dataclass(frozen=True)
class Similar:
    """An image that looks like another one, and how its size compares."""

    picture: GridItem
    dimensions: str
    comparison: TranslationString

    def data(self, request: Request) -> dict[str, Any]:
        """Return it as JSON, for scripts."""
        return {
            "id": self.picture.id,
            "title": self.picture.title,
            "url": self.picture.href,
            "thumb": self.picture.src,
            "number": self.picture.number,
            "note": request.localizer.translate(self.comparison),
        }


@dataclass(frozen=True)
class LikenessItem:
    """The images that look like another one, and those among them that were dismissed."""

    alike: Sequence[Similar] = ()
    dismissed: Sequence[Similar] = ()


@dataclass(frozen=True)
class GroupMember:
    """An image of a group; `is_largest` if no other has as many pixels."""

    picture: GridItem
    dimensions: str
    length: str
    added: datetime
    is_largest: bool


@dataclass(frozen=True)
class GroupItem:
    """A group of images that look alike."""

    members: Sequence[GroupMember]


def similar_of(image: Image, others: Iterable[Image], request: Request) -> list[Similar]:
    """Return those of the others that the client sees, compared with an image."""
    return [
        Similar(
            thumb_of(other, request.site.path("image", other.id), request),
            dimensions_of(other),
            _comparison(pixels(other) - pixels(image)),
        )
        for other in seen(others, request)
    ]


def likeness_item(image: Image, likeness: Likeness, request: Request) -> LikenessItem:
    """Return both lists of what looks like an image."""
    return LikenessItem(
        similar_of(image, likeness.alike, request), similar_of(image, likeness.dismissed, request)
    )


def groups_of(groups: Iterable[Group], request: Request) -> list[GroupItem]:
    """Return the groups of which the client sees more than one image."""
    found = [seen(group.images, request) for group in groups]
    return [_group(images, request) for images in found if len(images) > 1]


def dimensions_of(image: Image) -> str:
    """Return width and height in pixels."""
    return f"{image.width} × {image.height}"


def _group(images: Sequence[Image], request: Request) -> GroupItem:
    largest, site = larger_of(images), request.site
    return GroupItem(
        [
            GroupMember(
                picture,
                dimensions_of(image),
                site.megabytes(image.length) if image.length else "",
                image.uploaded or image.created,
                image is largest,
            )
            for image, picture in zip(images, items_of(images, request), strict=True)
        ]
    )


def _comparison(difference: int) -> TranslationString:
    if difference > 0:
        return _("larger")
    return _("smaller") if difference < 0 else _("same size")
