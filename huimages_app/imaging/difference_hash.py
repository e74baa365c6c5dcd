"""The perceptual hash of a picture: dHash, of what is within its even borders.

The content box is reduced to 9 by 8 pixels in grey.  Each bit says whether a pixel is lighter than
its left neighbour.  Brightness, size and compression change few bits.
"""

from __future__ import annotations

from typing import Final

from PIL import Image

from ..domain.content import ContentBox
from ..domain.likeness import hash_of_bits
from . import colour, orientation
from .picture import Picture

_COLUMNS: Final = 8
_ROWS: Final = 8
# Smaller differences, in levels of 0-255, are noise in a plain surface.
_LEAST: Final = 1
# Pixels of the longer side that are left before the box is cut out.
_SIDE: Final = 512
# Each quarter of the hash, of which the index is made, has two bits of every row and column, so
# that a plain part of the picture does not make one of them useless.
_ORDER: Final = sorted(
    ((row, column) for row in range(_ROWS) for column in range(_COLUMNS)),
    key=lambda at: ((at[0] + at[1]) % 4, at),
)


def difference_hash(picture: Picture, content: ContentBox) -> str:
    """Return the hash of the content box of a picture; a pure function of its pixels."""
    reduction = max(1, max(picture.image.size) // _SIDE)
    sample = picture.image.reduce(reduction) if reduction > 1 else picture.image
    sample = colour.flattened(colour.to_srgb(sample, picture.colours))
    grey = orientation.upright(sample, picture.orientation).convert("L").convert("F")
    left, top, right, bottom = content
    box = (left * grey.width, top * grey.height, right * grey.width, bottom * grey.height)
    small = grey.resize((_COLUMNS + 1, _ROWS), Image.Resampling.BOX, box=box)
    levels = memoryview(small.tobytes()).cast("f")
    return hash_of_bits(_is_rising(levels, row, column) for row, column in _ORDER)


def _is_rising(levels: memoryview[float], row: int, column: int) -> bool:
    at = row * (_COLUMNS + 1) + column
    return levels[at + 1] - levels[at] > _LEAST
