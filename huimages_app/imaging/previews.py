"""Previews: intermediate copies of a large original that most renditions are made from.

To decode a large original takes most of the time of a rendition.  With previews, that is
done once; each rendition is made from the smallest preview that is at least 1.25 times
as large.  The difference to a rendition made from the original is hardly visible.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

from ..domain import formats
from ..domain.content import ContentBox
from ..domain.sizes import Size
from ..errors import BadUpload, CorruptOriginal
from . import colour
from .decode import open_source
from .decoding_budget import UNLIMITED, DecodingBudget
from .options import Limits, Quality, RenditionTarget
from .pipeline import decode, reduction, write

# Longest sides of the previews, in pixels.
PREVIEW_SIDES: Final = (480, 800, 1600)
# A preview is so many times as large, in each axis, as a rendition made from it.
_OVERSAMPLING: Final = 1.25
# JPEG at this quality, upright, in sRGB.
_QUALITY: Final = Quality(jpeg=92)
# A baseline JPEG of up to so many pixels is decoded about as fast as a preview.
_SMALL: Final = 4_000_000


def preview_sides(
    size: Size, width: int, height: int, content: ContentBox | None = None
) -> tuple[int, ...]:
    """Return the longest sides of the previews that a rendition may be made from.

    Smallest first.  `width`, `height` and `content` are those of the upright original.  None for
    a preset of a higher quality than that of the previews.
    """
    if size.options.quality and size.options.quality > _QUALITY.jpeg:
        return ()
    least = _OVERSAMPLING / reduction(size.placement(width, height, content))
    # Sides of previews are rounded, so half a pixel is not missed.
    previews = ((side, Size(side, side).fitted(width, height)) for side in PREVIEW_SIDES)
    return tuple(
        side
        for side, preview in previews
        if side < max(width, height)
        and preview[0] + 0.5 >= least * width
        and preview[1] + 0.5 >= least * height
    )


def make_previews(
    original: BinaryIO,
    targets: Mapping[int, Path | int],
    limits: Limits,
    budget: DecodingBudget = UNLIMITED,
) -> tuple[int, ...]:
    """Write previews of an original to files, by their longest side; return those made.

    Files are given as paths or descriptors. None are made where they would save no time (of small
    baseline JPEGs), larger than the original, or of transparent pictures, which a JPEG cannot
    store. Raises CorruptOriginal, ServerBusy, OSError.
    """
    try:
        with open_source(original, limits, budget) as source:
            full = (source.width, source.height)
            sides = tuple(sorted(side for side in targets if side * _OVERSAMPLING < max(full)))
            fast = not source.header.decoded_whole and full[0] * full[1] <= _SMALL
            if fast or not sides:
                return ()
            placements = [Size(side, side).placement(*full) for side in sides]
            picture = decode(source, placements, full, limits)
            if colour.opaque(picture.image).mode == "RGBA":
                return ()
            for side, placement in zip(sides, placements, strict=True):
                target = RenditionTarget(Size(side, side), formats.JPEG, targets[side])
                write(picture, placement, target, _QUALITY)
    except BadUpload as error:
        raise CorruptOriginal(f"the original can't be decoded: {error}") from error
    return sides
