"""Responses with several pictures as one ZIP."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from pyramid.request import Request
from pyramid.response import Response

from ...domain.formats import Format
from ...domain.models import Image
from ...domain.sizes import Size
from ...domain.text import clean_filename
from ...errors import TooLarge

MAX_BYTES = 4_000_000_000  # of originals in one archive
MAX_PIXELS = 2_000_000_000  # of renditions in one archive
MAX_IMAGES = 5000  # in one archive

Rendition = tuple[Size, Format] | None  # None: the originals


def zip_response(
    request: Request, images: Sequence[Image], rendition: Rendition, name: str = "huimages"
) -> Response:
    """Return a ZIP of originals or renditions, called `name`.zip; raises TooLarge."""
    _require_at_most(len(images), MAX_IMAGES, "pictures")
    if rendition is None:
        _require_at_most(sum(image.length for image in images), MAX_BYTES, "bytes")
    else:
        sides = [rendition[0].fitted(image.width, image.height) for image in images]
        pixels = sum(width * height for width, height in sides)
        _require_at_most(pixels, MAX_PIXELS, "pixels")
    response = Response(app_iter=request.services.downloads.archive(images, rendition))
    response.content_type = "application/zip"
    filename = quote(f"{clean_filename(name) or 'huimages'}.zip")
    response.content_disposition = f"attachment; filename*=UTF-8''{filename}"
    return response


def _require_at_most(number: int, limit: int, unit: str) -> None:
    if number > limit:
        have = "there are" if unit == "pictures" else "the pictures have"
        raise TooLarge(f"{have} {number:,} {unit}; expected at most {limit:,} in one ZIP")
