"""Article numbers, roles and places in file names, by the patterns that shops use.

amazon   B0ABC.MAIN.jpg, B0ABC.PT01.jpg to B0ABC.PT08.jpg, B0ABC.SWCH.jpg
gs1      04012345678901_A1C1.jpg: GTIN, type of picture, facing, and further characters
others   a regular expression with the groups `artnr`, `role` and `at`, or one group
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .articles import MAIN, STEP
from .models import Place

# Characters of a file name that are searched: a pattern of a setting may be slow.
_SEARCHED = 500
_LAST_PLACE = 100_000

# The part of an Amazon file name after the ASIN, and the place that it stands for.
AMAZON: Mapping[str, Place] = {
    "MAIN": Place(0.0, MAIN),
    **{f"PT{number:02}": Place(number * STEP) for number in range(1, 9)},
    "SWCH": Place(role="swatch"),
}
# Type of picture and facing in a GS1 file name: A product, C in packaging, D detail, L scene; 1
# front, 2 left, 3 top, 7 back, 8 right, 9 bottom.  Others are ignored.
GS1: Mapping[str, Place] = {
    "A1": Place(10.0, "front"),
    "A7": Place(20.0, "back"),
    "A2": Place(30.0, "left"),
    "A8": Place(40.0, "right"),
    "A3": Place(50.0, "top"),
    "A9": Place(60.0, "bottom"),
    **{f"C{facing}": Place(100.0 + facing, "packaging") for facing in range(10)},
    **{f"D{facing}": Place(200.0 + facing, "detail") for facing in range(10)},
    **{f"L{facing}": Place(300.0 + facing, "scene") for facing in range(10)},
}

_TABLES = {
    "amazon": (
        re.compile(r"(?P<artnr>[^.]+)\.(?P<place>MAIN|PT\d\d|SWCH)\.[^.]+", re.IGNORECASE),
        AMAZON,
    ),
    "gs1": (re.compile(r"(?P<artnr>\d{8,14})_(?P<place>[A-Z]\d)", re.IGNORECASE), GS1),
}


@dataclass(frozen=True)
class NamedArticle:
    """An article number in a file name, and the place there."""

    number: str
    place: Place = Place()


@dataclass(frozen=True)
class NamePattern:
    """Finds article numbers in file names; `table` maps the group `place` to places."""

    text: str  # of the setting
    expression: re.Pattern[str]
    table: Mapping[str, Place] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> NamePattern:
        """Return the pattern of a setting; raises re.error."""
        if text in _TABLES:
            return cls(text, *_TABLES[text])
        return cls(text, re.compile(text))

    def __str__(self) -> str:
        return self.text

    def find(self, filename: str, roles: Sequence[str]) -> NamedArticle | None:
        """Return the article in a file name; None if there is none.  Other roles are ignored."""
        match = self.expression.search(filename[:_SEARCHED])
        if match is None:
            return None
        groups = match.groupdict()
        number = groups["artnr"] if "artnr" in groups else _number_of(match)
        if not number:
            return None
        place = self.table.get((groups.get("place") or "").upper()) or _place_of(groups)
        role = place.role if place.role in roles else ""
        return NamedArticle(number, Place(place.at, role))


def _number_of(match: re.Match[str]) -> str:
    # The first group: the pattern may match the text around the number as well.
    return (match[1] or "") if match.re.groups else match[0]


def _place_of(groups: Mapping[str, str | None]) -> Place:
    at = groups.get("at") or ""
    is_place = at.isascii() and at.isdigit() and int(at[:9]) <= _LAST_PLACE
    return Place(int(at) * STEP if is_place else None, (groups.get("role") or "").lower())
