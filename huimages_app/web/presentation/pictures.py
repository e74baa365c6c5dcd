"""An image at the full width of a page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...domain.formats import JPEG, WEBP
from ...domain.models import Image
from ...domain.sizes import Size
from ...services.urls import UrlBuilder
from .grids import style_of

# Widths in pixels; each is about 1.5 times the previous one.
WIDTHS = (480, 720, 1080, 1600, 2400, 3600)
_FALLBACK = Size.parse("1080x")
# Pictures of other types may be transparent and would show the colour of the placeholder.
_OPAQUE = {"image/jpeg", "image/bmp"}


@dataclass(frozen=True)
class Picture:
    """An image at the full width of a page; `ratio` is its width divided by its height."""

    src: str
    srcset: str
    webp: str
    width: int
    height: int
    alt: str
    style: str
    ratio: str
    full: str  # the largest rendition, for the full screen
    full_width: int
    full_height: int


def picture_of(image: Image, urls: UrlBuilder) -> Picture:
    """Return the URLs and dimensions of an image at the full width of a page."""
    widths = [width for width in WIDTHS if width < image.width]
    if len(widths) < len(WIDTHS):
        widths.append(image.width)
    full = Size(width=widths[-1])
    is_opaque = image.contenttype in _OPAQUE
    width, height = _FALLBACK.fitted(image.width, image.height)
    full_width, full_height = full.fitted(image.width, image.height)
    return Picture(
        src=urls.named_url(image, _FALLBACK),
        srcset=", ".join(f"{urls.named_url(image, Size(width=w), JPEG)} {w}w" for w in widths),
        webp=", ".join(f"{urls.named_url(image, Size(width=w), WEBP)} {w}w" for w in widths),
        width=width,
        height=height,
        alt=urls.alt(image),
        style=style_of(image if is_opaque else replace(image, placeholder="#ffffff")),
        ratio=f"{image.width / image.height:.3f}",
        full=urls.named_url(image, full),
        full_width=full_width,
        full_height=full_height,
    )
