"""Periods of time as people write them: `2024`, `2024-05..2024-07`, `2024-05-01..`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from ..errors import BadInput

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def days_pattern(millennia: str, leap_centuries: str) -> str:
    """Return a regular expression of days, as in 2026-01-31, of the years that begin so."""
    leap_years = f"(?:{millennia}[0-9](?:0[48]|[2468][048]|[13579][26])|{leap_centuries}00)"
    return (
        f"(?:{millennia}[0-9]{{3}}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
        f"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)|{leap_years}-02-29)"
    )


_ONE_DAY: Final = days_pattern("[12]", "(?:1[26]|2[048])")
_BOUND: Final = f"(?:{_ONE_DAY}|[12][0-9]{{3}}(?:-(?:0[1-9]|1[0-2]))?)?"
# A regular expression, without groups, of the periods of the years 1000 to 2999.
PERIOD_PATTERN: Final = rf"{_BOUND}(?:\.\.{_BOUND})?"


@dataclass(frozen=True)
class Period:
    """Whole days in UTC, from `start` to before `end`; None where it has no bound."""

    start: datetime | None = None
    end: datetime | None = None

    @property
    def first_day(self) -> str:
        """Return the first day, as in 2024-05-01; empty if it has no bound."""
        return f"{self.start:%Y-%m-%d}" if self.start else ""

    @property
    def last_day(self) -> str:
        """Return the last day; empty if it has no bound."""
        return f"{self.end - timedelta(days=1):%Y-%m-%d}" if self.end else ""

    @classmethod
    def parse(cls, text: str) -> Period:
        """Return the period of a text: a year, month or day, or two of them with `..` between.

        Both are part of the period; either may be left out.  Raises BadInput.
        """
        first, dots, last = text.strip().partition("..")
        try:
            start = _bounds(first)[0]
            return cls(start, _bounds(last if dots else first)[1])
        except (ValueError, OverflowError):
            raise BadInput(
                f"the period is {text[:40]!r}; expected dates as in 2024-05-01..2024-07-31, "
                "2024-05.. or 2024"
            ) from None


ALWAYS: Final = Period()


def _bounds(text: str) -> tuple[datetime | None, datetime | None]:
    """Return the start of a year, month or day, and the start of the next one."""
    if not text:
        return None, None
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day = (int(part or 0) for part in match.groups())
    start = datetime(year, month or 1, day or 1, tzinfo=UTC)
    if day:
        return start, start + timedelta(days=1)
    if month:
        return start, (start + timedelta(days=31)).replace(day=1)
    return start, start.replace(year=year + 1)
