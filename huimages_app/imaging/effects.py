"""Step 6: what a named size does to the finished picture: grey, sharpen, watermark."""

from __future__ import annotations

from typing import Final

from PIL import Image, ImageFilter

from ..domain.output_options import OutputOptions
from . import watermark
from .options import Watermark

# ImageMagick's usual `-unsharp 0x0.75+0.75+0.008` after scaling.  On photographs scaled to 96 to
# 640 pixels, the mean gradient rises by a quarter, and 99 % of the tones stay within 16 levels of
# their neighbours; twice the amount doubles both, and halos can be seen.  The threshold is two
# levels, so that even areas keep the little noise that they have.
UNSHARP: Final = ImageFilter.UnsharpMask(radius=0.75, percent=75, threshold=2)
# The weights of the CSS filter `grayscale(1)`, on encoded tones: so a browser shows the same.
_GREY: Final = (0.2126, 0.7152, 0.0722, 0)


def applied(image: Image.Image, options: OutputOptions, mark: Watermark | None) -> Image.Image:
    """Return an sRGB picture (RGB or RGBA) with the effects of a named size."""
    if options.grayscale:
        image = grey(image)
    if options.sharpen:
        image = sharpened(image)
    if options.watermark and mark is not None:
        image = watermark.placed(image, mark)
    return image


def grey(image: Image.Image) -> Image.Image:
    """Return the picture without colours, in its mode: renditions carry the profile of sRGB."""
    tones = image.convert("RGB").convert("L", matrix=_GREY)
    bands = [tones, tones, tones]
    if image.mode == "RGBA":
        bands.append(image.getchannel("A"))
    return Image.merge(image.mode, bands)


def sharpened(image: Image.Image) -> Image.Image:
    """Return the picture after an unsharp mask; its transparency is kept."""
    if image.mode != "RGBA":
        return image.filter(UNSHARP)
    alpha = image.getchannel("A")
    # Transparent pixels have no colour.  Near the edge they get that of the visible ones, or the
    # mask would take the edge for one in the picture.
    near = image.convert("RGBa").filter(ImageFilter.GaussianBlur(1)).convert("RGBA")
    filled = Image.composite(image.convert("RGB"), near.convert("RGB"), alpha)
    sharp = filled.filter(UNSHARP)
    sharp.putalpha(alpha)
    return sharp
