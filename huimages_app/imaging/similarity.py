"""The similarity of an encoded picture to the pixels it was made from.

The structural similarity (SSIM) of Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment:
from error visibility to structural similarity", IEEE Transactions on Image Processing 13, 2004,
equation 13, in windows of 8 pixels that begin at every fourth pixel, as in FFmpeg's filter `ssim`.
Brightness counts as much as both colour differences: with that weight, the measure comes nearest
to SSIMULACRA2.  With Pillow alone, whose arithmetic on pictures runs in C.  See
docs/decisions/060.
"""

from __future__ import annotations

import itertools
from typing import Any, Final

from PIL import Image, ImageMath

# Pictures with a shorter side can't be compared: colours are, at half the size, in windows of 8.
MIN_COMPARED: Final = 16
_STEP: Final = 4
_C1: Final = (0.01 * 255) ** 2
_C2: Final = (0.03 * 255) ** 2
# Pixels that are compared at once, about.  That bounds the memory: 30 bytes for each of them.
_STRIP: Final = 1 << 18
# The colour of transparent pixels is not seen.  Most pictures differ from this background.
_BACKGROUND: Final = (128, 128, 128)


def similarity(exact: Image.Image, other: Image.Image) -> float:
    """Return the similarity of two pictures, RGB or RGBA, of one size: 1 if equal, else less.

    With transparency, the lower of two values: of the colours on grey, and of the alpha channels.
    Both sides have at least `MIN_COMPARED` pixels.
    """
    total = 0.0
    for top, bottom in itertools.pairwise(_edges(*exact.size)):
        box = (0, top, exact.width, bottom)
        total += _compared(exact.crop(box), other.crop(box)) * (bottom - top)
    return total / exact.height


def _edges(width: int, height: int) -> list[int]:
    """Return the rows where strips begin, and the end of the last one."""
    count = max(1, height // max(MIN_COMPARED, _STRIP // width))
    return [height * number // count for number in range(count + 1)]


def _compared(exact: Image.Image, other: Image.Image) -> float:
    if "RGBA" not in (exact.mode, other.mode):
        return _coloured(exact, other)
    exact, other = exact.convert("RGBA"), other.convert("RGBA")
    transparency = _ssim(exact.getchannel("A"), other.getchannel("A"))
    return min(transparency, _coloured(_on_grey(exact), _on_grey(other)))


def _coloured(exact: Image.Image, other: Image.Image) -> float:
    bands = zip(*(image.convert("YCbCr").split() for image in (exact, other)), strict=True)
    brightness, *differences = bands
    # Encoders store the colour differences at half the size, too.
    halves = ((one.reduce(2), two.reduce(2)) for one, two in differences)
    return 0.5 * _ssim(*brightness) + 0.25 * sum(_ssim(*pair) for pair in halves)


def _ssim(exact: Image.Image, other: Image.Image) -> float:
    """Return the mean SSIM of two bands of one size, at least 8 pixels wide and high."""
    x, y = exact.convert("F"), other.convert("F")
    windows = {
        "x": _windows(x),
        "y": _windows(y),
        "xx": _windows(_product(x, x)),
        "yy": _windows(_product(y, y)),
        "xy": _windows(_product(x, y)),
    }
    values = ImageMath.lambda_eval(_formula, **windows)
    return float(values.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)))


def _product(one: Image.Image, two: Image.Image) -> Image.Image:
    product: Image.Image = ImageMath.lambda_eval(
        lambda bands: bands["one"] * bands["two"], one=one, two=two
    )
    return product


def _windows(band: Image.Image) -> Image.Image:
    """Return the means of all windows: those of 4 by 4 pixels, then of 2 by 2 such means."""
    width, height = (side // _STEP for side in band.size)
    means = band.reduce(_STEP, (0, 0, width * _STEP, height * _STEP))
    # Half way between four pixels, the bilinear filter is their mean.
    between = (1, 0, 0.5, 0, 1, 0.5)
    size = (width - 1, height - 1)
    return means.transform(size, Image.Transform.AFFINE, between, Image.Resampling.BILINEAR)


def _formula(means: Any) -> Any:
    product = means["x"] * means["y"]
    squares = means["x"] * means["x"] + means["y"] * means["y"]
    variances = means["xx"] + means["yy"] - squares
    covariance = means["xy"] - product
    likeness = (2 * product + _C1) * (2 * covariance + _C2)
    return likeness / ((squares + _C1) * (variances + _C2))


def _on_grey(image: Image.Image) -> Image.Image:
    background = Image.new("RGB", image.size, _BACKGROUND)
    background.paste(image, mask=image)
    return background
