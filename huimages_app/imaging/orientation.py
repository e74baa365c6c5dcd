"""EXIF orientation: how a camera was held, and what that means for a box and for a picture.

*Stored* is the picture as it lies in the file, *upright* as it is to be seen.
"""

from __future__ import annotations

import struct
from typing import Final

from PIL import Image

Box = tuple[float, float, float, float]  # left, top, right, bottom; pixels with fractions

_TAG: Final = 0x0112
_SHORT: Final = 3

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
    """The orientation (1-8) that an EXIF block states; 1 if it states none.

    Pillow would parse the whole block, and complain about what else is wrong in it.
    """
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "L", exif, 4)
        (entries,) = struct.unpack_from(order + "H", exif, start)
        for position in range(start + 2, start + 2 + 12 * entries, 12):
            tag, type_, _count, value = struct.unpack_from(order + "HHLH", exif, position)
            if tag == _TAG:
                return value if type_ == _SHORT and 1 <= value <= 8 else 1
    except struct.error:  # it ends too early
        pass
    return 1


def swaps_sides(orientation: int) -> bool:
    """Whether the upright picture is as wide as the stored one is high."""
    return orientation >= 5


def turned(sides: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Width and height of the upright picture from the stored one's, or the other way round."""
    return (sides[1], sides[0]) if swaps_sides(orientation) else sides


def stored_box(box: Box, width: int, height: int, orientation: int) -> Box:
    """Where a box of the upright picture (`width` x `height`) lies in the stored one."""
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
    """A stored picture turned and mirrored as its orientation asks."""
    return image.transpose(_TRANSPOSE[orientation]) if orientation in _TRANSPOSE else image
