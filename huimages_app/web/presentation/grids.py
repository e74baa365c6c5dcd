"""Images in a grid: the values that the templates insert."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pyramid.i18n import TranslationString
from pyramid.request import Request

from ...domain.models import Count, Image, Page
from ...domain.sizes import Size
from ...services.permissions import EDIT
from ...services.urls import UrlBuilder
from .counts import count_text
from .i18n import _
from .image_lists import ImageList, count_of, page_of
from .showing import badge_of, seen

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
    """An image in a grid.  `style` sets its proportions, and its colour while it loads.

    `thumbhash` is the small picture that scripts show instead of the colour, in Base64.
    """

    id: str
    href: str
    src: str
    srcset: str
    width: int
    height: int
    title: str
    alt: str
    style: str
    thumbhash: str
    number: str = ""  # its article numbers
    badge: TranslationString | None = None  # why visitors do not see it


@dataclass(frozen=True)
class Tile:
    """A link with a cover; without `picture` a plain square, without `count` no number."""

    title: str
    href: str
    picture: GridItem | None = None
    count: int | None = None


@dataclass(frozen=True)
class Grid:
    """A page of a collection: its images, and the URLs of the adjacent pages."""

    items: list[GridItem]
    next: str | None = None
    previous: str | None = None
    count: Count | None = None  # of all pages; None on later ones
    key: str | None = None  # the name of the collection; None if it is no list of images
    everything: str = ""  # label of the tick that selects all pages


def urls_of(request: Request) -> UrlBuilder:
    """Return the builder of image URLs for a page."""
    urls: UrlBuilder = request.services.urls.at(request.script_name)
    return urls.for_editors(request.services.editor_urls) if request.site.may(EDIT) else urls


def grid_of(collection: ImageList, request: Request) -> Grid:
    """Return the page of a collection at the cursor of the request.  Raises BadCursor."""
    page: Page = page_of(collection, request)
    site, count = request.site, count_of(collection, page, request)
    number = count_text(count, request)
    everything = _("Select all: ${number}", mapping={"number": number})
    return Grid(
        items_of(page.images, request, collection),
        collection.path(site, page.next) if page.next else None,
        collection.path(site, page.previous) if page.previous else None,
        count,
        collection.key,
        site.translate(everything if number else _("Select all")),
    )


def items_of(
    images: Iterable[Image], request: Request, collection: ImageList | None = None
) -> list[GridItem]:
    """Return the images that the client sees, with links to their pages in the collection."""
    site, urls = request.site, urls_of(request)
    key = collection.key if collection else ""
    return [
        _item(image, _grid_size(image), site.path("image", image.id, **{"in": key}), request, urls)
        for image in seen(images, request)
    ]


def thumb_of(image: Image, href: str, request: Request) -> GridItem:
    """Return a small square picture that links to `href`."""
    return _item(image, _THUMB, href, request, urls_of(request))


def title_of(image: Image, request: Request) -> str:
    """Return the title of an image, else its file name, else `untitled`."""
    return image.title or image.filename or request.localizer.translate(_("untitled"))


def artnr_text(image: Image) -> str:
    """Return the article numbers of an image, as its form shows them."""
    return ", ".join(image.references.get("artnr", ()))


def others_text(image: Image) -> str:
    """Return the other references of an image, as its form shows them: one per line."""
    return "\n".join(
        f"{key}: {value}"
        for key, values in sorted(image.references.items())
        if key != "artnr"
        for value in values
    )


def _item(image: Image, size: Size, href: str, request: Request, urls: UrlBuilder) -> GridItem:
    width, height = size.fitted(image.width, image.height)
    title = title_of(image, request)
    return GridItem(
        image.id,
        href,
        urls.named_url(image, size),
        urls.srcset(image, size),
        width,
        height,
        title,
        urls.alt(image) or title,
        style_of(image),
        image.thumbhash,
        artnr_text(image),
        badge_of(image, request),
    )


def style_of(image: Image) -> str:
    """Return the style attribute: proportions and the colour of the placeholder."""
    colour = f";--c:{image.placeholder}" if _COLOUR.fullmatch(image.placeholder) else ""
    return f"--w:{image.width};--h:{image.height}{colour}"


def _grid_size(image: Image) -> Size:
    ratio = image.width / image.height
    if ratio > _WIDEST:
        return _PANORAMA
    return _TOWER if ratio < _NARROWEST else _USUAL
