"""Times as EXIF, IIM and XMP write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

# 2024:05:01 12:30:45, 20240501 123045+0200, 2024-05-01T12:30:45.50+02:00, 2024-05, 2024.
_MOMENT: Final = re.compile(
    r"(\d{4})(?:[:.-]?(\d\d)(?:[:.-]?(\d\d)"
    r"(?:[T ]+(\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?)?)?"
)
_YEARS: Final = range(1800, 2200)  # others are mistakes of a clock


def parse_moment(text: str, offset: str = "") -> datetime | None:
    """Return a time in UTC; None for none.  A time without a zone is taken as one in UTC.

    `offset` is the zone that a text without one is in, as in `+02:00`.
    """
    match = _MOMENT.match(text.strip())
    if match is None or int(match[1]) not in _YEARS:
        return None
    *numbers, zone = match.groups()
    year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
    try:
        moment = datetime(year, month or 1, day or 1, hour, minute, min(second, 59), tzinfo=UTC)
        return moment - (_difference(zone or offset.strip()) if hour or match[4] else timedelta())
    except ValueError:
        return None


def _difference(zone: str) -> timedelta:
    match = re.fullmatch(r"([+-])(\d\d):?(\d\d)", zone)
    if match is None:
        return timedelta()
    difference = timedelta(hours=int(match[2]), minutes=int(match[3]))
    timezone(difference)  # raises ValueError for a day or more
    return difference if match[1] == "+" else -difference
