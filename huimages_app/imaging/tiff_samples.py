"""Interpret the samples of a TIFF where Pillow's modes are not enough.

Integers run from 0 to the largest number of their type, floating point from 0 to 1;
values beyond are clamped, and NaN is 0.
"""

from __future__ import annotations

from typing import Any, Final

from PIL import Image, ImageChops, ImageMath

from .header_limits import TiffLayout
from .strips import by_strips

_WHITE_IS_ZERO, _RGB, _CMYK, _YCBCR, _LAB, _ICC_LAB = 0, 2, 5, 6, 8, 9
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3
_ASSOCIATED, _UNASSOCIATED = 1, 2
# Signed tones of 8 bits, as stored, to tones from 0 to 255.
_FROM_SIGNED: Final = [tone * 255 // 127 for tone in range(128)] + [0] * 128
# CIE a and b count from -128, ICC's from 0.
_FROM_SIGNED_AB: Final = [tone ^ 128 for tone in range(256)]
_GREY_MODES: Final = {"I", "F", "I;16", "I;16B"}


def is_supported(layout: TiffLayout) -> bool:
    """Return whether separate planes, if a TIFF has them, are of a kind that Pillow reads.

    It takes each plane for one of 8 bits if it is not compressed, and never takes two
    bytes of a sample apart.
    """
    if not layout.planar:
        return True
    if layout.photometric not in (_RGB, _CMYK, _YCBCR):
        return False
    return layout.compressed or max(layout.bits) <= 8


def to_8_bits(image: Image.Image, layout: TiffLayout) -> Image.Image:
    """Return a decoded TIFF in a mode of 8 bits with the right range and meaning."""
    known = image.mode in {"RGB", "L"} and layout.sample_format == _UNSIGNED
    if known and layout.photometric not in (_LAB, _ICC_LAB):
        return image
    if image.mode in {"LAB", "P", "PA", "1", "CMYK"}:
        return image
    return by_strips(image, lambda strip: _to_8_bits(strip, layout))


def _to_8_bits(image: Image.Image, layout: TiffLayout) -> Image.Image:
    if image.mode in _GREY_MODES or (image.mode == "L" and layout.sample_format == _SIGNED):
        image = _grey(image, layout)
        return ImageChops.invert(image) if layout.photometric == _WHITE_IS_ZERO else image
    if layout.photometric in (_LAB, _ICC_LAB) and image.mode == "RGB":
        return _lab(image, layout)
    if layout.bits == (16, 16) and image.mode == "RGBA":
        return _grey_with_alpha(image, layout)
    return image


def _grey(image: Image.Image, layout: TiffLayout) -> Image.Image:
    if layout.sample_format == _FLOAT:
        return image.point(lambda tone: tone * 255 + 0.5).convert("L")
    if image.mode == "L":
        return image.point(_FROM_SIGNED)
    if image.mode != "I":
        image = image.convert("I")
    bits = layout.bits[0]
    if bits == 32 and layout.sample_format == _UNSIGNED:
        # Mode I is signed: numbers of 2^31 and more are negative there.
        return _scaled(image, 2**32 - 1, 2**32)
    return _scaled(image, 2 ** (bits - 1) - 1 if layout.sample_format == _SIGNED else 2**bits - 1)


def _scaled(image: Image.Image, white: int, below_zero: int = 0) -> Image.Image:
    """Return integers in 8 bits; `below_zero` is added to negative ones."""

    def tone(values: dict[str, Any]) -> Any:
        number = values["float"](values["image"]) + (values["image"] < 0) * float(below_zero)
        return values["convert"](number * (255 / white) + 0.5, "L")

    scaled: Image.Image = ImageMath.lambda_eval(tone, image=image)
    return scaled


def _lab(image: Image.Image, layout: TiffLayout) -> Image.Image:
    """Return what was unpacked as three channels in Pillow's mode LAB."""
    bands = list(image.split())
    if layout.photometric == _LAB:
        bands[1:] = [band.point(_FROM_SIGNED_AB) for band in bands[1:]]
    return Image.merge("LAB", bands)


def _grey_with_alpha(image: Image.Image, layout: TiffLayout) -> Image.Image:
    """Return 16 bits of grey and of alpha, unpacked as four bytes, in mode LA."""
    first, second, third, fourth = image.split()
    # libtiff returns numbers in the machine's order, all of ours are little-endian.
    if layout.big_endian and not layout.compressed:
        grey, alpha = first, third
    else:
        grey, alpha = second, fourth
    if layout.photometric == _WHITE_IS_ZERO:
        grey = ImageChops.invert(grey)
    if layout.extra[0] == _UNASSOCIATED:
        return Image.merge("LA", (grey, alpha))
    if layout.extra[0] == _ASSOCIATED:
        return Image.merge("La", (grey, alpha)).convert("LA")
    return grey
