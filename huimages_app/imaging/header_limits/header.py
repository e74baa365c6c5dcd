"""Facts from the header of a file, and the checks that all formats share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Final

from ...errors import NotAnImage, TooLarge
from ..options import Limits
from .reader import Part

# Peak memory of a decoding in bytes per pixel, measured as described in
# docs/decisions/018-one-budget-for-decodings.md.
BYTES_PER_PIXEL: Final = 10

# As in JPEG.  Decoders take memory and time for each row: 50,000,000 rows of one pixel took
# 6 GB and more than a minute.
MAX_SIDE: Final = 65_535


@dataclass(frozen=True, slots=True)
class Cicp:
    """Coded colours by ITU-T H.273: colour primaries and transfer characteristics."""

    primaries: int
    transfer: int


@dataclass(frozen=True, slots=True)
class TiffLayout:
    """The layout of the samples of a TIFF; the fields are the TIFF tags of these names."""

    photometric: int
    bits: tuple[int, ...]
    sample_format: int
    extra: tuple[int, ...]
    big_endian: bool
    planar: bool
    compressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Facts from the header of a file.

    `frames` is 0 where only the decoder knows their number.  `decoded_whole` is False for
    what is scaled while it is decoded.  `first_scan` is the
    offset of a JPEG's first scan in `parts`.  `parts` are those bytes of the file that the
    decoder needs; None for all of it.  `exif` and `icc` are None where the decoder finds
    them.  `crop` is the clean aperture (left, top, right, bottom) that the decoder does
    not apply.  `transparent` is the sample value (or values) that means transparent, where
    the decoder does not know.  `bytes_per_pixel` is the peak memory of a decoding.
    """

    frames: int = 0
    decoded_whole: bool = True
    lossless_jpeg: bool = False
    first_scan: int = 0
    parts: Sequence[Part] | None = None
    exif: bytes | None = None
    icc: bytes | None = None
    cicp: Cicp | None = None
    crop: tuple[int, int, int, int] | None = None
    transparent: tuple[int, ...] = ()
    sample_bits: int = 8
    tiff: TiffLayout | None = None
    bytes_per_pixel: float = BYTES_PER_PIXEL
    decoded_pixels: int = 0


def check_pixels(size: tuple[int, int], decoded_whole: bool, limits: Limits) -> None:
    """Raise TooLarge or NotAnImage unless a picture of this size may be decoded."""
    pixels = size[0] * size[1]
    most = limits.max_pixels
    if decoded_whole:
        most = min(most, limits.max_pixels_whole)
    if pixels > most:
        why = " in a file that must be decoded as a whole" if decoded_whole else ""
        raise TooLarge(
            f"the picture has {size[0]} x {size[1]} pixels: at most {most:,} are accepted{why}"
        )
    if max(size) > MAX_SIDE:
        raise TooLarge(
            f"the picture has {size[0]} x {size[1]} pixels: at most {MAX_SIDE:,} are accepted "
            "in one direction"
        )
    if min(size) < 1:
        raise NotAnImage("the picture has no pixels")


def check_frames(frames: int, limits: Limits) -> None:
    """Raise TooLarge if an animation has more frames than allowed."""
    if frames > limits.max_frames:
        raise TooLarge(f"the animation has more than {limits.max_frames} frames")


def clean_aperture(
    size: tuple[int, int], values: tuple[int, int, int, int, int, int, int, int]
) -> tuple[int, int, int, int]:
    """Return the box (left, top, right, bottom) of a `clap` property, ISO/IEC 14496-12.

    Raises NotAnImage if it lies outside of the picture.
    """
    if 0 in values[1::2]:
        raise NotAnImage("the crop (clap) of the picture is damaged: a denominator is 0")
    numbers = zip(values[::2], values[1::2], strict=True)
    width, height, across, down = (Fraction(*number) for number in numbers)
    left, right = _span(size[0], width, across)
    top, bottom = _span(size[1], height, down)
    box = (left, top, right, bottom)
    if not (0 <= box[0] < box[2] <= size[0] and 0 <= box[1] < box[3] <= size[1]):
        raise NotAnImage(
            f"the crop (clap) of the picture reaches beyond it: {float(width):g} x "
            f"{float(height):g} pixels of {size[0]} x {size[1]}"
        )
    return box


def _span(side: int, length: Fraction, offset: Fraction) -> tuple[int, int]:
    """Return first and end pixel of a crop in one direction.

    Its length is rounded alone, as libheif does: with both ends rounded, a crop of an odd
    length in an even side would be a pixel too long.
    """
    start = (side - length) / 2 + offset
    pixels = floor(length + Fraction(1, 2))
    first = floor(start + Fraction(1, 2))
    if start + length <= side:
        first = min(first, side - pixels)
    return first, first + pixels
