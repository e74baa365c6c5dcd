"""EXIF orientation: how a camera was held, and its effect on boxes and pictures.

*Stored* is the picture as the file holds it, *upright* as it is shown.
"""

from __future__ import annotations

import struct
from typing import Final

from PIL import Image

Box = tuple[float, float, float, float]  # left, top, right, bottom; pixels with fractions

TAG: Final = 0x0112
# struct codes of the integer types that the orientation may be stored as.
CODES: Final = {1: "B", 3: "H", 4: "L", 6: "b", 8: "h", 9: "l"}
PREFIX: Final = b"Exif\0\0"
# How often the prefix may stand before the block; some programs write it twice.
PREFIXES: Final = 3

_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def from_exif(exif: bytes) -> int:
    """Return the orientation (1-8) that an EXIF block states; 1 if it states none.

    Reads the first directory only: Pillow would parse the whole block, and fail on what
    else is wrong in it.
    """
    for _ in range(PREFIXES):
        exif = exif.removeprefix(PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "L", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, start)
        for position in range(start + 2, start + 2 + 12 * entries, 12):
            tag, type_ = struct.unpack_from(order + "HH", exif, position)
            if tag == TAG:
                (value,) = struct.unpack_from(order + CODES[type_], exif, position + 8)
                return value if 1 <= value <= 8 else 1
    except (struct.error, KeyError):  # it ends too early, or has another type
        pass
    return 1


def swaps_sides(orientation: int) -> bool:
    """Return whether the upright picture is as wide as the stored one is high."""
    return orientation >= 5


def turned(sides: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return width and height of the upright picture from the stored one's, or vice versa."""
    return (sides[1], sides[0]) if swaps_sides(orientation) else sides


def stored_box(box: Box, width: int, height: int, orientation: int) -> Box:
    """Return the box of the stored picture for one of the upright (`width` x `height`)."""
    left, top, right, bottom = box
    # Axes of the upright picture that run against those of the stored one.
    if orientation in (2, 3, 6, 7):
        left, right = width - right, width - left
    if orientation in (3, 4, 7, 8):
        top, bottom = height - bottom, height - top
    if swaps_sides(orientation):
        left, top, right, bottom = top, left, bottom, right
    return (left, top, right, bottom)


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Return a stored picture turned and mirrored by its orientation."""
    return image.transpose(_TRANSPOSE[orientation]) if orientation in _TRANSPOSE else image
