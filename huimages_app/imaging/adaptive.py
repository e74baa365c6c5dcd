"""Adaptive quality: the smallest file that is similar enough to the exact picture."""

from __future__ import annotations

import bisect
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image

from .options import Quality
from .similarity import MIN_COMPARED, similarity

# Qualities tried below the highest one, down to half of it.  A bisection takes 4 steps.
_TRIED: Final = 15
# With more pixels, the search would take seconds.
_MAX_PIXELS: Final = 4_000_000
# Memory of a search: a decoded file, and a strip of it in floating point.
MAX_BYTES: Final = 8 * _MAX_PIXELS

_FORMATS: Final = ("JPEG", "WEBP", "AVIF")

# Writes the file in a quality of 1 to 100, with the efforts of the settings; returns its length.
Save = Callable[[int, Quality], int]


def is_comparable(image: Image.Image) -> bool:
    """Return whether a picture is neither too small to be compared nor too large for a search."""
    return min(image.size) >= MIN_COMPARED and image.width * image.height <= _MAX_PIXELS


def save_smallest(
    save: Save, target: Path | int, exact: Image.Image, highest: int, quality: Quality
) -> tuple[int, int]:
    """Save a picture in the lowest quality that keeps `quality.similarity`; at most `highest`.

    In `highest` if no lower quality does, or none makes the file smaller.  The search writes
    files with the least effort.  With more effort, a file of the same quality is smaller and no
    less similar, which is checked.  Returns quality and length.
    """

    def is_similar() -> bool:
        with open(target, "rb", closefd=not isinstance(target, int)) as file:
            file.seek(0)
            with Image.open(file, formats=_FORMATS) as saved:
                return similarity(exact, saved) >= quality.similarity

    quick = quality.quick()
    lengths = {highest: save(highest, quick)}

    def is_enough(tried: int) -> bool:
        lengths[tried] = save(tried, quick)
        return is_similar()

    lowest = max(1, highest // 2)
    # Each once, where there are fewer qualities.
    tried = sorted({lowest + (highest - lowest) * step // _TRIED for step in range(_TRIED)})
    index = bisect.bisect_left(tried, x=True, key=is_enough)
    if index < len(tried) and lengths[tried[index]] < lengths[highest]:
        length = save(tried[index], quality)
        if is_similar():
            return tried[index], length
    return highest, save(highest, quality)
