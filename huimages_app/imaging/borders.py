"""Find the even borders of a picture: its content box, and the colour around it.

1. The picture is reduced to 512-1023 pixels a side and smoothed, so that noise, the blocks of
   JPEG and single specks of dust do not count.
2. The backdrop is the median colour of the outermost pixels.  The border is even if two thirds
   of these differ from it by 16 levels at most: so a product may touch an edge.
3. The content box is that of all pixels that differ from the backdrop by more than twice as
   much as the border does: its noise is less in fewer pixels.  By 6 levels at least, which the eye
   just notices, as at the end of a soft shadow, and by 20 at most.

Where the border is transparent, the content box is that of the visible pixels.  Without an even
border, and in a picture that is all background, it is the whole picture.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageChops, ImageFilter

from ..domain.content import WHOLE, ContentBox
from ..domain.geometry import PixelBox
from . import colour, orientation
from .picture import Picture

# Raise it with every change of the results: `huimages check --repair` measures again.
CONTENT_VERSION: Final = 1

_SIDE: Final = 512
# Width of the border that is looked at: 1/64 of the shorter side.
_BORDER: Final = 64
_EVEN_SHARE: Final = 2 / 3
_EVEN_LEVELS: Final = 16
# Differences from the backdrop, in levels of 0-255 of the channel where they are largest.
_LEAST_VISIBLE: Final = 6
_MAX_LEVELS: Final = 20
# Of the even part of the border, so much is taken to be background.
_BACKGROUND_SHARE: Final = 0.98
# The content box is rounded outwards to so many parts of a side.
_PARTS: Final = 10_000

_Bands = list[int]  # a histogram


@dataclass(frozen=True, slots=True)
class Borders:
    """The content box, and the colour around it (#rrggbb), empty if it is not even."""

    content: ContentBox = WHOLE
    backdrop: str = ""


def measure(picture: Picture) -> Borders:
    """Return the borders of a picture; a pure function of its pixels."""
    reduction = max(1, max(picture.image.size) // _SIDE)
    sample = picture.image.reduce(reduction) if reduction > 1 else picture.image
    sample = colour.opaque(colour.to_srgb(sample, picture.colours))
    sample = orientation.upright(sample, picture.orientation)
    # With fractions: the last row and column of the sample stand for fewer pixels.
    across, down = picture.factors
    if orientation.swaps_sides(picture.orientation):
        across, down = down, across
    width = picture.full[0] * across / reduction
    height = picture.full[1] * down / reduction
    if sample.mode == "RGBA":
        alpha = sample.getchannel("A")
        if _share_within(_border_histogram(alpha), _LEAST_VISIBLE) >= _EVEN_SHARE:
            return Borders(_content_box(alpha, _LEAST_VISIBLE, width, height))
        sample = colour.flattened(sample)
    return _opaque_borders(sample, width, height)


def _opaque_borders(sample: Image.Image, width: float, height: float) -> Borders:
    smooth = sample.filter(ImageFilter.BoxBlur(1))
    backdrop = tuple(_median(_border_histogram(band)) for band in smooth.split())
    difference = _largest_difference(smooth, backdrop)
    border = _border_histogram(difference)
    if _share_within(border, _EVEN_LEVELS) < _EVEN_SHARE:
        return Borders()
    levels = min(max(_LEAST_VISIBLE, 2 * _spread(border) + 1), _MAX_LEVELS)
    content = _content_box(difference, levels, width, height)
    return Borders(content, "#" + bytes(backdrop).hex())


def _largest_difference(image: Image.Image, rgb: tuple[int, ...]) -> Image.Image:
    """Return how much each pixel differs from a colour, in the channel where it is most."""
    plain = Image.new("RGB", image.size, rgb)
    return functools.reduce(ImageChops.lighter, ImageChops.difference(image, plain).split())


def _content_box(difference: Image.Image, levels: int, width: float, height: float) -> ContentBox:
    """Return the box of pixels above `levels` as shares of `width` and `height`, outwards."""
    box = _box_above(difference, levels)
    if box is None:
        return WHOLE
    left, top, right, bottom = _with_faint_edge(difference, box, levels // 2)
    return (
        math.floor(left / width * _PARTS) / _PARTS,
        math.floor(top / height * _PARTS) / _PARTS,
        min(1.0, math.ceil(right / width * _PARTS) / _PARTS),
        min(1.0, math.ceil(bottom / height * _PARTS) / _PARTS),
    )


def _box_above(difference: Image.Image, levels: int) -> PixelBox | None:
    return difference.point([255 * (level > levels) for level in range(256)]).getbbox()


def _with_faint_edge(difference: Image.Image, box: PixelBox, levels: int) -> PixelBox:
    """Return the box with a row of pixels more where the edge of a pale thing was smoothed."""
    left, top = max(0, box[0] - 1), max(0, box[1] - 1)
    right, bottom = min(difference.width, box[2] + 1), min(difference.height, box[3] + 1)
    faint = _box_above(difference.crop((left, top, right, bottom)), levels) or (
        0,
        0,
        right - left,
        bottom - top,
    )
    return left + faint[0], top + faint[1], left + faint[2], top + faint[3]


def _border_histogram(band: Image.Image) -> _Bands:
    """Return how often each level occurs in the outermost pixels of a picture."""
    width, height = band.size
    depth = max(1, min(band.size) // _BORDER)
    strips = [
        (0, 0, width, depth),
        (0, height - depth, width, height),
        (0, depth, depth, height - depth),
        (width - depth, depth, width, height - depth),
    ]
    inside = [(left, top, right, bottom) for left, top, right, bottom in strips if top < bottom]
    histograms = [band.crop(strip).histogram() for strip in inside]
    return [sum(counts) for counts in zip(*histograms, strict=True)]


def _median(histogram: _Bands) -> int:
    return _quantile(histogram, 0.5)


def _spread(histogram: _Bands) -> int:
    """Return the difference that nearly all of the even part of the border keeps within."""
    return _quantile(histogram[: _EVEN_LEVELS + 1], _BACKGROUND_SHARE)


def _quantile(histogram: _Bands, share: float) -> int:
    wanted, seen = share * sum(histogram), 0
    for level, count in enumerate(histogram):
        seen += count
        if seen >= wanted:
            return level
    raise ValueError("a histogram of nothing")


def _share_within(histogram: _Bands, level: int) -> float:
    return sum(histogram[: level + 1]) / sum(histogram)
