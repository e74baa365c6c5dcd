"""Points and boxes of a picture that is turned clockwise by quarters of a full turn."""

from __future__ import annotations

from .content import ContentBox

_DIGITS = 6  # 1 - 0.1 is not 0.9 exactly, but must be the same in a URL


def turned_point(point: tuple[float, float], quarters: int) -> tuple[float, float]:
    """Return where a point, x and y from 0 to 1, is in the turned picture."""
    x, y = point
    for _ in range(quarters % 4):
        x, y = round(1 - y, _DIGITS), x
    return x, y


def turned_box(box: ContentBox, quarters: int) -> ContentBox:
    """Return where a content box is in the turned picture."""
    left, top, right, bottom = box
    for _ in range(quarters % 4):
        left, top, right, bottom = round(1 - bottom, _DIGITS), left, round(1 - top, _DIGITS), right
    return left, top, right, bottom
