"""Dates in an XLSX: numbers of days, known as dates only by their style."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from .xml_parts import Attributes, PartHandler

# Numbers of built-in formats that are dates (18.8.30 of the standard), also in East Asia.
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
# Parts of a format code to ignore when looking for dates: quoted text, escapes, colours,
# conditions.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


class Styles(PartHandler):
    """Which styles of cells are dates."""

    def __init__(self) -> None:
        self._custom: set[int] = set()
        self._formats: list[int] = []
        self._is_inside = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt" and _is_date(attributes.get("formatCode", "")):
            self._custom.add(_number(attributes.get("numFmtId", "")))
        elif name == "cellXfs":
            self._is_inside = True
        elif name == "xf" and self._is_inside:
            self._formats.append(_number(attributes.get("numFmtId", "")))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._is_inside = False

    def is_date(self, style: str) -> bool:
        """Return whether a style, the attribute `s` of a cell, is that of a date."""
        index = _number(style)
        if not 0 <= index < len(self._formats):
            return False
        return self._formats[index] in _DATES or self._formats[index] in self._custom


def date_text(days: float, *, since_1904: bool) -> str:
    """Return the date in ISO format, with the time unless it is midnight; raises ValueError."""
    start = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
    try:
        moment = datetime.combine(start, datetime.min.time()) + timedelta(days=days)
    except OverflowError:
        raise ValueError(days) from None
    moment = (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
    is_day = moment.time() == datetime.min.time()
    return moment.date().isoformat() if is_day else moment.isoformat(" ")


def _is_date(code: str) -> bool:
    return any(letter in "dmyhs" for letter in _LITERAL.sub("", code).lower())


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else -1
