"""The content box: the part of a picture within its even borders."""

from __future__ import annotations

import math

from .geometry import PixelBox

# left, top, right, bottom of the upright picture, from 0 to 1
ContentBox = tuple[float, float, float, float]

WHOLE: ContentBox = (0.0, 0.0, 1.0, 1.0)
# Steps of a content box in a URL.
PER_MILLE = 1000
# Rounding error of a share times a side that should be a whole number is below this.
_INEXACT = 1e-6


def is_content_box(box: ContentBox) -> bool:
    """Return whether the numbers are the sides of a box within the picture."""
    left, top, right, bottom = box
    return 0 <= left < right <= 1 and 0 <= top < bottom <= 1


def in_pixels(box: ContentBox, width: int, height: int) -> PixelBox:
    """Return the box in whole pixels, rounded outwards; it has one pixel at least."""
    left, right = _span(box[0], box[2], width)
    top, bottom = _span(box[1], box[3], height)
    return left, top, right, bottom


def _span(start: float, end: float, side: int) -> tuple[int, int]:
    first = min(math.floor(start * side + _INEXACT), side - 1)
    return first, max(first + 1, min(math.ceil(end * side - _INEXACT), side))


def in_per_mille(box: ContentBox) -> PixelBox:
    """Return the box in whole per mille, as in a URL, rounded outwards."""
    return in_pixels(box, PER_MILLE, PER_MILLE)


def from_per_mille(box: PixelBox) -> ContentBox:
    """Return the box that a URL gives in per mille."""
    left, top, right, bottom = (side / PER_MILLE for side in box)
    return left, top, right, bottom


def centre(box: ContentBox) -> tuple[float, float]:
    """Return the centre of the box, x and y from 0 to 1."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
