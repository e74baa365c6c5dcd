"""One picture as other sites show it: the size they get, absolute addresses."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.request import Request

from ...domain.formats import JPEG
from ...domain.models import Image
from ...domain.sizes import Size

USUAL = Size.parse("1024x768")
CONTENTTYPE = JPEG.contenttype


@dataclass(frozen=True)
class Shown:
    """A rendition to be shown elsewhere; all addresses are absolute."""

    url: str
    width: int
    height: int
    alt: str


def shown(image: Image, request: Request, box: Size = USUAL) -> Shown | None:
    """The picture as large as this site gives it to everybody within a box, if it does."""
    library = request.library
    names = request.registry.settings["huimages"].named_sizes
    size = library.sizes.largest_within(box, image.width, image.height, names)
    if size is None:
        return None
    markup = library.markup.at(request.application_url)
    width, height = size.fitted(image.width, image.height)
    return Shown(markup.named_url(image, size), width, height, markup.alt(image))
