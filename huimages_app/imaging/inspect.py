"""Checks an uploaded picture, fully, and says what it is."""

from __future__ import annotations

from typing import BinaryIO, Final

from PIL import Image

from ..sizes import Size
from . import colour
from .decode import opened
from .pipeline import decoded
from .options import Limits, Measured

# Mean colours are taken in sRGB from so many pixels.
_SAMPLE: Final = (16, 16)
_SMALLEST: Final = Size(1, 1)


def measure(file: BinaryIO, limits: Limits) -> Measured:
    """What the picture in `file` is, after it has been decoded to its end.

    Raises NotAnImage for what is no picture, is damaged or cut short, TooLarge for what
    goes beyond the limits, before it is decoded.  Leaves `file` open, anywhere.
    """
    with opened(file, limits) as source:
        full = (source.width, source.height)
        # A JPEG is decoded to an eighth of its size, and yet read as a whole.
        picture = decoded(source, [_SMALLEST.placement(*full)], full, limits)
        return Measured(
            contenttype=source.kind.contenttype,
            extension=source.kind.extension,
            width=source.width,
            height=source.height,
            stored_width=source.stored[0],
            stored_height=source.stored[1],
            frames=source.frames,
            placeholder=_mean(picture.image, picture.profile),
        )


def _mean(image: Image.Image, profile: bytes | None) -> str:
    sample = image.resize(_SAMPLE, Image.Resampling.BOX)
    sample = colour.flattened(colour.to_srgb(sample, profile))
    red, green, blue = sample.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))  # type: ignore[misc]
    return f"#{red:02x}{green:02x}{blue:02x}"
