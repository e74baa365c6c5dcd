"""Convert a picture strip by strip, so that steps in floating point take little memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PIL import Image

_ROWS: Final = 64


def by_strips(image: Image.Image, convert: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Return the picture that `convert` makes of each strip of `image`, put together."""
    whole: Image.Image | None = None
    for top in range(0, image.height, _ROWS):
        box = (0, top, image.width, min(top + _ROWS, image.height))
        strip = convert(image.crop(box))
        if whole is None:
            whole = Image.new(strip.mode, image.size)
        whole.paste(strip, box)
    if whole is None:
        raise ValueError("a picture without rows")
    return whole
