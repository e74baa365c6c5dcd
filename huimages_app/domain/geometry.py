"""Geometry from an original to a rendition, in exact integers.  `Size.placement` chooses from it.

Sizes are (width, height), boxes are (left, top, right, bottom), both in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

Sides = tuple[int, int]
Box = tuple[float, float, float, float]
PixelBox = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Placement:
    """The geometry of one rendition of one original.

    `crop` is the visible part of the upright original: left, top, right, bottom in pixels,
    with fractions.  `width` and `height` are the rendition's.  `window` is where the crop
    appears in the rendition, with padding around it; None if it fills the rendition.
    """

    crop: Box
    width: int
    height: int
    window: PixelBox | None = None

    @property
    def shown(self) -> Sides:
        """Return width and height of the crop in the rendition, without padding."""
        if self.window is None:
            return self.width, self.height
        left, top, right, bottom = self.window
        return right - left, bottom - top


def fit(original: Sides, box: tuple[int | None, int | None]) -> Placement:
    """Return the whole original inside a box; a box with one side has no limit of the other."""
    width, height = original
    box_width, box_height = box
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


def fill(original: Sides, box: Sides, focus: Sides) -> Placement:
    """Return the part of the original around `focus`, in percent, that fills the box.

    An original that is smaller than the box in either axis gives the box's ratio, as large
    as it can.
    """
    width, height = original
    box_width, box_height = box
    # Compares width/height with box_width/box_height without division.
    is_wider = width * box_height >= height * box_width
    if is_wider:
        part_width, part_height = height * box_width / box_height, float(height)
    else:
        part_width, part_height = float(width), width * box_height / box_width
    if width >= box_width and height >= box_height:
        target = box
    elif is_wider:
        target = (max(1, _rounded(height * box_width, box_height)), height)
    else:
        target = (width, max(1, _rounded(width * box_height, box_width)))
    left = _clamped(width * focus[0] / 100 - part_width / 2, width - part_width)
    top = _clamped(height * focus[1] / 100 - part_height / 2, height - part_height)
    return Placement((left, top, left + part_width, top + part_height), *target)


def pad(content: PixelBox, box: Sides, margin: int) -> Placement:
    """Return the content centred in a rendition that is exactly the box.

    `margin` is in percent of the box, on each side, from 0 to 49.
    """
    left, top, right, bottom = content
    shown = _padded_sides((right - left, bottom - top), box, margin)
    x, y = (box[0] - shown[0]) // 2, (box[1] - shown[1]) // 2
    window = (x, y, x + shown[0], y + shown[1])
    return Placement((float(left), float(top), float(right), float(bottom)), *box, window)


def _padded_sides(content: Sides, box: Sides, margin: int) -> Sides:
    # The room within the margins, in hundredths of a pixel.
    room_width, room_height = (side * (100 - 2 * margin) for side in box)
    width, height = content
    if width * 100 <= room_width and height * 100 <= room_height:
        return content
    if room_width * height <= room_height * width:
        share, whole = room_width, 100 * width
    else:
        share, whole = room_height, 100 * height
    return (
        _centred_side(width * share, whole, box[0]),
        _centred_side(height * share, whole, box[1]),
    )


def _centred_side(numerator: int, denominator: int, box: int) -> int:
    """Return a side near the quotient with whole and equal margins, exact to half a pixel."""
    margin = _rounded(box * denominator - numerator, 2 * denominator)
    return max(1, box - 2 * margin)


def _rounded(numerator: int, denominator: int) -> int:
    """Return the quotient, rounded half up, in exact integers."""
    return (2 * numerator + denominator) // (2 * denominator)


def _clamped(value: float, upper: float) -> float:
    return min(max(value, 0.0), max(upper, 0.0))
