"""Facets: properties of an image with few values, by which lists are filtered.

A facet is a pair of kind and value, such as ("shape", "square").  To add one, yield it here and
in `storage/couchdb/views/shared/facets.js`, and add a line to `domain.filters`; SQLite sites
need a migration, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .models import Image

Facet = tuple[str, str]

SHAPES: Final = ("landscape", "portrait", "square", "panorama")
ALIKE: Final = ("alike", "yes")  # other images look like it
MISSING: Final = ("title", "alt", "tags", "artnr")  # values of the kind `without`
ORIGINAL_FORMATS: Final = ("jpeg", "png", "webp", "gif", "tiff", "bmp", "avif", "heic", "heif")


def facets_of(image: Image, *, is_tagged: bool) -> Iterator[Facet]:
    """Yield the facets of an image; `is_tagged`: any visitor gave it a tag."""
    for type_ in image.types:
        yield "type", type_
    if image.contenttype.startswith("image/"):
        yield "format", image.contenttype.removeprefix("image/")
    yield "shape", shape_of(image.width, image.height)
    if image.uploader:
        yield "uploader", image.uploader
    for batch in image.batches:
        yield "batch", batch
    present = {
        "title": image.title,
        "alt": image.alt,
        "tags": is_tagged,
        "artnr": image.references.get("artnr"),
    }
    for name in MISSING:
        if not present[name]:
            yield "without", name
    if image.alike:
        yield ALIKE


def shape_of(width: int, height: int) -> str:
    """Return one of SHAPES.  Sides that differ by at most 5 % make a square."""
    if abs(width - height) * 20 <= max(width, height):
        return "square"
    if width >= 2 * height:
        return "panorama"
    return "landscape" if width > height else "portrait"


def longest_side(image: Image) -> int:
    """Return the pixels of the longer side."""
    return max(image.width, image.height)


def shown_name(image: Image) -> str:
    """Return what lists show and sort by: the title, else the file name."""
    return image.title or image.filename
