"""Pictures in a grid: every value the markup needs, worked out before the template runs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pyramid.request import Request

from ...domain.models import Image, Page
from ...domain.sizes import Size
from ...services.urls import UrlBuilder
from .collections import Collection, page_of
from .i18n import _
from .site import Site

# Rows are up to 220 CSS pixels high before they are stretched; wider or narrower
# pictures than the grid shows are cropped around their focal point.
_WIDEST, _NARROWEST = 3.0, 0.5
_USUAL = Size.parse("900x300")
_PANORAMA = Size.parse("900x300!")
_TOWER = Size.parse("150x300!")
_THUMB = Size.parse("150x150!")

_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class GridItem:
    """A picture in a grid.  `style` carries its proportions and its colour while it loads."""

    id: str
    href: str
    src: str
    srcset: str
    width: int
    height: int
    title: str
    alt: str
    style: str


@dataclass(frozen=True)
class Grid:
    """A page of a collection: its pictures, and the addresses of the pages beside it."""

    items: list[GridItem]
    next: str | None = None
    previous: str | None = None


def urls_of(request: Request) -> UrlBuilder:
    """Makes the addresses of pictures for pages of this request."""
    return request.services.urls.at(request.script_name)


def grid_of(collection: Collection, request: Request) -> Grid:
    """The page of the collection that the request asks for.  Raises BadCursor."""
    page: Page = page_of(collection, request)
    site = Site(request)
    return Grid(
        items_of(page.images, request, collection),
        collection.path(site, page.next) if page.next else None,
        collection.path(site, page.previous) if page.previous else None,
    )


def items_of(
    images: Iterable[Image], request: Request, collection: Collection | None = None
) -> list[GridItem]:
    """The pictures, each linked with its page within the collection."""
    site, markup = Site(request), urls_of(request)
    key = collection.key if collection else ""
    return [
        _item(
            image, _grid_size(image), site.path("image", image.id, **{"in": key}), request, markup
        )
        for image in images
    ]


def thumb_of(image: Image, href: str, request: Request) -> GridItem:
    """A small square picture that leads somewhere."""
    return _item(image, _THUMB, href, request, urls_of(request))


def title_of(image: Image, request: Request) -> str:
    """What to call a picture, whatever is known about it."""
    return image.title or image.filename or request.localizer.translate(_("untitled"))


def artnr_text(image: Image) -> str:
    """The article numbers of a picture, as its form shows them."""
    return ", ".join(image.references.get("artnr", ()))


def others_text(image: Image) -> str:
    """The other references of a picture, as its form shows them: a line each."""
    return "\n".join(
        f"{key}: {value}"
        for key, values in sorted(image.references.items())
        if key != "artnr"
        for value in values
    )


def _item(image: Image, size: Size, href: str, request: Request, markup: UrlBuilder) -> GridItem:
    width, height = size.focused(image.focus).fitted(image.width, image.height)
    title = title_of(image, request)
    return GridItem(
        image.id,
        href,
        markup.named_url(image, size),
        markup.srcset(image, size),
        width,
        height,
        title,
        markup.alt(image) or title,
        style_of(image),
    )


def style_of(image: Image) -> str:
    """Custom properties for the style attribute: proportions, and the placeholder's colour."""
    colour = f";--c:{image.placeholder}" if _COLOUR.fullmatch(image.placeholder) else ""
    return f"--w:{image.width};--h:{image.height}{colour}"


def _grid_size(image: Image) -> Size:
    ratio = image.width / image.height
    if ratio > _WIDEST:
        return _PANORAMA
    return _TOWER if ratio < _NARROWEST else _USUAL
