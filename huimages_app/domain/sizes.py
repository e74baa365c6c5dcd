"""Sizes: their notation, and the geometry from an original to a rendition.

    240x160        fits inside the box, never enlarged
    240x, x160     fits the width; fits the height
    75x75!         fills the box exactly, cropped around the centre
    75x75!30,70    the same around a focal point, in percent from the left and the top
    240x160@2x     the same picture for a screen of twice the density
    mini           one of the named sizes
    avatar!30,70   a preset, which is a named size with output options: see presets.py
    o              the original, as it was uploaded

Markup, JSON and the scaler ask `Size.placement`, so they cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..errors import BadSize, OtherFormat
from .formats import Format
from .output_options import NO_OPTIONS, OutputOptions
from .presets import Preset

# Longest side of a box, in pixels, before its density is applied.
MAX_SIDE = 30_000

# The named sizes of huImages 2.2.
CLASSIC_SIZES: Mapping[str, str] = {
    "mini": "23x40",
    "thumb": "50x200",
    "sidebar": "179x600",
    "small": "240x160",
    "medium": "480x320",
    "full": "477x800",
    "vga": "640x480",
    "svga": "800x600",
    "xvga": "1024x768",
    "square": "75x75!",
}

_SIDE = r"[1-9][0-9]{0,4}"
_PERCENT = r"100|[1-9]?[0-9]"
# Every size has exactly one spelling (no leading zeros, no 50,50, no @1x), so that
# it has one URL, one cache entry and one signature.
_BOX = re.compile(
    rf"(?:(?P<width>{_SIDE})x(?P<height>{_SIDE})?|x(?P<only_height>{_SIDE}))"
    rf"(?P<crop>!(?:(?P<left>{_PERCENT}),(?P<top>{_PERCENT}))?)?"
    r"(?:@(?P<density>[23])x)?"
)
NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
# A preset keeps its name in URLs, so what is special for an image stands behind the name.
_NAMED = re.compile(
    rf"(?P<name>{NAME.pattern})(?P<detail>![0-9,]{{3,19}})?(?:@(?P<density>[23])x)?"
)

CENTRE = (50, 50)


@dataclass(frozen=True, slots=True)
class Placement:
    """The geometry of one rendition of one original.

    `crop` is the visible part of the upright original: left, top, right,
    bottom in pixels, with fractions.  `width` and `height` are the rendition's.
    """

    crop: tuple[float, float, float, float]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Size:
    """A box that images are fitted into, or cropped to; or the original itself.

    `width` or `height` may be None (then the other one alone counts), both are for
    the original.  `focus` is the focal point of a crop in percent.  `density` is 1-3.
    """

    width: int | None = None
    height: int | None = None
    crop: bool = False
    focus: tuple[int, int] = CENTRE
    density: int = 1
    preset: Preset | None = None

    @classmethod
    def parse(cls, text: str, names: Mapping[str, Size] | None = None) -> Size:
        """Parse the notation of a size; raises BadSize.

        `names` are the named sizes of the site, by default the classic ones.
        """
        if text == "o":
            return ORIGINAL
        if match := _BOX.fullmatch(text):
            return cls._from_box(text, match)
        if match := _NAMED.fullmatch(text):
            size = (CLASSIC if names is None else names).get(match["name"])
            if size is not None and match["detail"]:
                size = size._with_detail(match["detail"])
            if size is not None:
                return size.at_density(int(match["density"] or 1))
        raise BadSize(
            f"{text[:60]!r} is no size: use WIDTHxHEIGHT as in 240x160, WIDTHxHEIGHT! for a crop, "
            "WIDTHx or xHEIGHT, a named size, or o for the original"
        )

    @classmethod
    def _from_box(cls, text: str, match: re.Match[str]) -> Size:
        width = int(match["width"]) if match["width"] else None
        height_text = match["height"] or match["only_height"]
        height = int(height_text) if height_text else None
        if max(width or 0, height or 0) > MAX_SIDE:
            raise BadSize(f"the size {text!r} is too large: at most {MAX_SIDE} pixels a side")
        crop = match["crop"] is not None
        if crop and (width is None or height is None):
            raise BadSize(f"the size {text!r} lacks a side: a crop needs WIDTHxHEIGHT!")
        focus = (int(match["left"]), int(match["top"])) if match["left"] else CENTRE
        if match["left"] and focus == CENTRE:
            raise BadSize(f"the size {text!r} has a focal point in the centre: leave out 50,50")
        return cls(width, height, crop, focus, int(match["density"] or 1))

    def _with_detail(self, detail: str) -> Size | None:
        """Return the preset with a focal point or a content box; None if it has none.

        Raises BadSize.
        """
        if self.preset is None or not self.crop:
            return None
        return replace(Size.parse(str(self.box) + detail[1:], {}), preset=self.preset)

    @property
    def is_original(self) -> bool:
        """Return whether this is the original as it was uploaded."""
        return self.width is None and self.height is None

    def __str__(self) -> str:
        """Return the only notation of this size in a URL, which `Size.parse` reads."""
        return self._text(self.preset.name if self.preset else "")

    @property
    def cache_name(self) -> str:
        """Return the name of cached renditions, without an extension."""
        return self._text(self.preset.cache_name if self.preset else "")

    def _text(self, name: str) -> str:
        if self.is_original:
            return "o"
        text = name or f"{self.width or ''}x{self.height or ''}"
        if self.crop:
            text += "" if name and self.focus == CENTRE else "!"
            if self.focus != CENTRE:
                text += f"{self.focus[0]},{self.focus[1]}"
        return text if self.density == 1 else f"{text}@{self.density}x"

    @property
    def box(self) -> Size:
        """Return the same size without output options."""
        return replace(self, preset=None) if self.preset else self

    @property
    def options(self) -> OutputOptions:
        """Return how renditions are finished and written; without a preset no options."""
        return self.preset.options if self.preset else NO_OPTIONS

    def require_format(self, requested: Format) -> None:
        """Raise OtherFormat if renditions are served in another format only."""
        if self.options.format not in {None, requested}:
            raise OtherFormat(
                f"the size {self} is served as .{self.options.format.extension}, "
                f"not as .{requested.extension}"
            )

    def at_density(self, density: int) -> Size:
        """Return the same size for a screen with `density` (1-3) pixels per CSS pixel."""
        return self if self.is_original else replace(self, density=density)

    def focused(self, focus: tuple[float, float] | None) -> Size:
        """Return the same crop around `focus` (x and y from 0 to 1); other sizes unchanged."""
        if focus is None or not self.crop:
            return self
        return replace(self, focus=(round(focus[0] * 100), round(focus[1] * 100)))

    @property
    def plain(self) -> Size:
        """Return the same box at density 1, cropped around the centre, as in allowed sizes."""
        if self.density == 1 and self.focus == CENTRE:
            return self
        return replace(self, focus=CENTRE, density=1)

    def fitted(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height of the rendition of an upright original."""
        placement = self.placement(width, height)
        return placement.width, placement.height

    def placement(self, width: int, height: int) -> Placement:
        """Return the visible part of an upright original of `width` x `height`, and its size.

        Never enlarges.  A crop of an original that is smaller than the box in either
        axis has the box's ratio, at the largest size the original can give.
        """
        if width < 1 or height < 1:
            raise ValueError(f"an original of {width} x {height} pixels")
        if self.is_original:
            return Placement((0, 0, width, height), width, height)
        box_width = self.width * self.density if self.width else None
        box_height = self.height * self.density if self.height else None
        if self.crop and box_width and box_height:
            return self._cropped(width, height, box_width, box_height)
        # A box with one side has no limit of the other one.
        return _fitted(width, height, box_width, box_height)

    def _cropped(self, width: int, height: int, box_width: int, box_height: int) -> Placement:
        # The part with the ratio of the box, in exact integers: compares width/height with
        # box_width/box_height without division.
        if width * box_height >= height * box_width:
            part_width, part_height = height * box_width / box_height, float(height)
        else:
            part_width, part_height = float(width), width * box_height / box_width
        if width >= box_width and height >= box_height:
            target = (box_width, box_height)
        elif width * box_height >= height * box_width:
            target = (max(1, _rounded(height * box_width, box_height)), height)
        else:
            target = (width, max(1, _rounded(width * box_height, box_width)))
        left = _clamped(width * self.focus[0] / 100 - part_width / 2, width - part_width)
        top = _clamped(height * self.focus[1] / 100 - part_height / 2, height - part_height)
        return Placement((left, top, left + part_width, top + part_height), *target)


def _fitted(width: int, height: int, box_width: int | None, box_height: int | None) -> Placement:
    whole = (0.0, 0.0, float(width), float(height))
    narrow = box_width is not None and box_width < width
    low = box_height is not None and box_height < height
    if (
        box_width
        and narrow
        and not (low and box_height and width * box_height < height * box_width)
    ):
        return Placement(whole, box_width, max(1, _rounded(height * box_width, width)))
    if box_height and low:
        return Placement(whole, max(1, _rounded(width * box_height, height)), box_height)
    return Placement(whole, width, height)


def _rounded(numerator: int, denominator: int) -> int:
    """Return the quotient, rounded half up, in exact integers."""
    return (2 * numerator + denominator) // (2 * denominator)


def _clamped(value: float, upper: float) -> float:
    return min(max(value, 0.0), max(upper, 0.0))


def is_box(text: str) -> bool:
    """Return whether a text is the notation of a box, not a name."""
    return _BOX.fullmatch(text) is not None


ORIGINAL = Size()
CLASSIC: Mapping[str, Size] = {name: Size.parse(text, {}) for name, text in CLASSIC_SIZES.items()}
