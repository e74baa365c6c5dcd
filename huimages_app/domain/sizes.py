"""Sizes: their notation, and the geometry from an original to a rendition.

    240x160        fits inside the box, never enlarged
    240x, x160     fits the width; fits the height
    75x75!         fills the box exactly, cropped around the centre
    75x75!30,70    the same around a focal point, in percent from the left and the top
    600x600=       exactly the box: the whole picture on white, never enlarged
    600x600=7      the same without its even borders, with a margin; see domain/padding.py
    240x160@2x     the same picture for a screen of twice the density
    mini           one of the named sizes
    avatar!30,70   a preset, which is a named size with output options: see presets.py
    o              the original, as it was uploaded

Markup, JSON and the scaler all use `Size.placement`, so they cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..errors import BadSize, OtherFormat
from . import content, geometry
from .content import ContentBox
from .formats import JPEG, Format
from .geometry import Placement
from .output_options import NO_OPTIONS, OutputOptions
from .padding import PADDING_PATTERN, Padding
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
    rf"(?:(?P<crop>!(?:(?P<left>{_PERCENT}),(?P<top>{_PERCENT}))?)|(?P<padding>{PADDING_PATTERN}))?"
    r"(?:@(?P<density>[23])x)?"
)
NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
# A preset keeps its name in URLs, so the focal point or content box of an image follows the name.
_NAMED = re.compile(
    rf"(?P<name>{NAME.pattern})(?P<detail>![0-9,]{{3,19}})?(?:@(?P<density>[23])x)?"
)

CENTRE = (50, 50)


@dataclass(frozen=True, slots=True)
class Size:
    """A box that images are fitted into, cropped to or padded to; or the original itself.

    `width` or `height` may be None (then the other one alone counts), both are for
    the original.  `focus` is the focal point of a crop in percent.  `density` is 1-3.
    """

    width: int | None = None
    height: int | None = None
    crop: bool = False
    focus: tuple[int, int] = CENTRE
    density: int = 1
    padding: Padding | None = None
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
            "WIDTHxHEIGHT= or WIDTHxHEIGHT=7 for padding, WIDTHx or xHEIGHT, a named size, "
            "or o for the original"
        )

    @classmethod
    def _from_box(cls, text: str, match: re.Match[str]) -> Size:
        width = int(match["width"]) if match["width"] else None
        height_text = match["height"] or match["only_height"]
        height = int(height_text) if height_text else None
        if max(width or 0, height or 0) > MAX_SIDE:
            raise BadSize(f"the size {text!r} is too large: at most {MAX_SIDE} pixels a side")
        crop = match["crop"] is not None
        if width is None or height is None:
            if crop:
                raise BadSize(f"the size {text!r} lacks a side: a crop needs WIDTHxHEIGHT!")
            if match["padding"]:
                raise BadSize(f"the size {text!r} lacks a side: padding needs WIDTHxHEIGHT=")
        focus = (int(match["left"]), int(match["top"])) if match["left"] else CENTRE
        if match["left"] and focus == CENTRE:
            raise BadSize(f"the size {text!r} has a focal point in the centre: leave out 50,50")
        padding = Padding.from_match(text, match) if match["padding"] else None
        return cls(width, height, crop, focus, int(match["density"] or 1), padding)

    def _with_detail(self, detail: str) -> Size | None:
        """Return the preset with a focal point or a content box; None if it has none.

        Raises BadSize.
        """
        if self.preset is None or not (self.crop or self.padding):
            return None
        return replace(Size.parse(str(self.box).removesuffix("!") + detail, {}), preset=self.preset)

    @property
    def is_original(self) -> bool:
        """Return whether this is the original as it was uploaded."""
        return self.width is None and self.height is None

    @property
    def needs_content(self) -> bool:
        """Return whether the content box of an original decides what is shown."""
        return self.padding is not None and self.padding.trims and self.padding.content is None

    @property
    def padded_pixels(self) -> int:
        """Return the pixels of each rendition in a padded size; 0 for other sizes."""
        if self.padding is None:
            return 0
        return (self.width or 0) * (self.height or 0) * self.density**2

    def require_pixels(self, most: int) -> None:
        """Raise BadSize for a padded size whose renditions have more than `most` pixels.

        Other sizes never have more pixels than the original.
        """
        if self.padded_pixels > most:
            raise BadSize(
                f"the size {self} has {self.padded_pixels:,} pixels: at most {most:,} "
                "(huimages.render.max_pixels)"
            )

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
        if self.padding:
            text += self.padding.detail if name else str(self.padding)
        return text if self.density == 1 else f"{text}@{self.density}x"

    @property
    def box(self) -> Size:
        """Return the same size without output options."""
        return replace(self, preset=None) if self.preset else self

    @property
    def options(self) -> OutputOptions:
        """Return how renditions are finished and written; without a preset no options."""
        return self.preset.options if self.preset else NO_OPTIONS

    def format_for(self, wanted: Format = JPEG) -> Format:
        """Return the only format of the renditions, or the wanted one if every format is served."""
        return self.options.format or wanted

    def require_format(self, requested: Format) -> None:
        """Raise OtherFormat if renditions are served in another format only."""
        only = self.options.format
        if only and only != requested:
            raise OtherFormat(
                f"the size {self} is served as .{only.extension}, not as .{requested.extension}"
            )

    def at_density(self, density: int) -> Size:
        """Return the same size for a screen with `density` (1-3) pixels per CSS pixel."""
        is_same = self.is_original or density == self.density
        return self if is_same else replace(self, density=density)

    def focused(self, focus: tuple[float, float] | None) -> Size:
        """Return the same crop around `focus` (x and y from 0 to 1); other sizes unchanged."""
        if focus is None or not self.crop:
            return self
        return replace(self, focus=(round(focus[0] * 100), round(focus[1] * 100)))

    def corrected(self, box: ContentBox | None) -> Size:
        """Return the same trimmed size with a corrected content box; other sizes unchanged.

        None is the box measured at upload, which a size does not name.
        """
        if self.padding is None or not self.padding.trims:
            return self
        per_mille = None if box is None else content.in_per_mille(box)
        return replace(self, padding=replace(self.padding, content=per_mille))

    @property
    def plain(self) -> Size:
        """Return the size as in allowed sizes: without density, focal point and content box."""
        if self.padding:
            return replace(self.corrected(None), density=1)
        if self.density == 1 and self.focus == CENTRE:
            return self
        return replace(self, focus=CENTRE, density=1)

    def fitted(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height of the rendition of an upright original."""
        placement = self.placement(width, height, content.WHOLE)  # padding never changes the box
        return placement.width, placement.height

    def placement(self, width: int, height: int, measured: ContentBox | None = None) -> Placement:
        """Return the visible part of an upright original of `width` x `height`, and its place.

        `measured` is its content box, which a trimmed size needs unless the size names a
        corrected one.  Never enlarges.  A crop of an original that is smaller than the box in
        either axis has the box's ratio, at the largest size the original can give.
        """
        if width < 1 or height < 1:
            raise ValueError(f"an original of {width} x {height} pixels")
        if self.is_original:
            return Placement((0, 0, width, height), width, height)
        box_width = self.width * self.density if self.width else None
        box_height = self.height * self.density if self.height else None
        if box_width and box_height:
            box = (box_width, box_height)
            if self.padding:
                shown = content.in_pixels(self.padding.shown_part(measured), width, height)
                return geometry.pad(shown, box, self.padding.margin or 0)
            if self.crop:
                return geometry.fill((width, height), box, self.focus)
        return geometry.fit((width, height), (box_width, box_height))


def is_box(text: str) -> bool:
    """Return whether a text is the notation of a box, not a name."""
    return _BOX.fullmatch(text) is not None


ORIGINAL = Size()
CLASSIC: Mapping[str, Size] = {name: Size.parse(text, {}) for name, text in CLASSIC_SIZES.items()}
