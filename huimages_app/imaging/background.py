"""The background behind a picture and beside it: white, a colour, or none."""

from __future__ import annotations

from PIL import Image

from ..domain import formats
from ..domain.formats import Format
from ..domain.geometry import Placement
from ..domain.padding import Padding
from . import colour


def filled(
    image: Image.Image, placement: Placement, padding: Padding | None, format_: Format
) -> Image.Image:
    """Return an upright sRGB picture as it is encoded: padded, and opaque where it must be."""
    if padding is None or placement.window is None:
        return colour.flattened(image) if format_ == formats.JPEG else colour.opaque(image)
    size = (placement.width, placement.height)
    if padding.rgb is None and format_ != formats.JPEG:
        canvas = Image.new("RGBA", size)
        canvas.paste(image, placement.window)
        return colour.opaque(canvas)
    canvas = Image.new("RGB", size, padding.rgb or "white")
    # The alpha channel is the mask.
    canvas.paste(image, placement.window, image if image.mode == "RGBA" else None)
    return canvas
