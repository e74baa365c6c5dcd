"""The chain: smaller copies of a large original that most renditions can be made from.

To decode a large original takes most of the time of a rendition.  With copies beside
it, that is done once; each rendition is made from the smallest copy that is at least
1.25 times as large, and can hardly be told from one made from the original.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

from .. import formats
from ..errors import BadOriginal, BadUpload
from ..sizes import Size
from . import colour
from .decode import opened
from .pipeline import decoded, reduction, write
from .options import Limits, Quality

# Longest sides of the copies, in pixels.
CHAIN: Final = (480, 1600)
# A copy is so many times as large, in each axis, as what is made from it.
_OVERSAMPLING: Final = 1.25
# JPEG at this quality, upright, in sRGB.
_QUALITY: Final = Quality(jpeg=92)
# A baseline JPEG of up to so many pixels is decoded about as fast as a copy.
_SMALL: Final = 4_000_000


def chain_sides(size: Size, width: int, height: int) -> tuple[int, ...]:
    """Copies that a rendition may be made from, smallest first, by their longest side.

    `width` and `height` are those of the upright original.
    """
    least = _OVERSAMPLING / reduction(size.placement(width, height))
    # Sides of copies are rounded, so half a pixel is not missed.
    copies = ((side, Size(side, side).fitted(width, height)) for side in CHAIN)
    return tuple(
        side
        for side, copy in copies
        if side < max(width, height)
        and copy[0] + 0.5 >= least * width
        and copy[1] + 0.5 >= least * height
    )


def make_chain(original: BinaryIO, targets: Mapping[int, Path], limits: Limits) -> tuple[int, ...]:
    """Writes copies of an original to files, by their longest side; returns which.

    None where they would save nothing: of small baseline JPEGs, and larger than the
    original.  None of pictures with transparency, which a JPEG can't show.
    Raises BadOriginal, OSError.
    """
    try:
        with opened(original, limits) as source:
            full = (source.width, source.height)
            sides = tuple(sorted(side for side in targets if side * _OVERSAMPLING < max(full)))
            fast = not source.whole and source.width * source.height <= _SMALL
            if fast or not sides:
                return ()
            placements = [Size(side, side).placement(*full) for side in sides]
            picture = decoded(source, placements, full, limits)
    except BadUpload as error:
        raise BadOriginal(f"the original can't be decoded: {error}") from error
    if colour.opaque(picture.image).mode == "RGBA":
        return ()
    for side, placement in zip(sides, placements, strict=True):
        write(picture, placement, formats.JPEG, targets[side], _QUALITY)
    return sides
