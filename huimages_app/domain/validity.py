"""The days on which an image may be shown: `rights.from` and `rights.until`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# The day after the last day must exist as well.
LAST_YEAR = 9998


@dataclass(frozen=True)
class Validity:
    """Days from the `first` to the `last`, both inclusive; None where there is no bound."""

    first: date | None = None
    last: date | None = None

    def __bool__(self) -> bool:
        return self.first is not None or self.last is not None

    def has_begun(self, today: date) -> bool:
        """Return whether the first day is not after today."""
        return self.first is None or self.first <= today

    def has_ended(self, today: date) -> bool:
        """Return whether the last day is over."""
        return self.last is not None and self.last < today

    def needs_checks(self, today: date) -> bool:
        """Return whether there is a day from today on when the image may not be shown."""
        return self.last is not None or not self.has_begun(today)

    def end(self, zone: tzinfo) -> float | None:
        """Return the end of the last day in a time zone, in seconds since the epoch."""
        if self.last is None:
            return None
        return datetime.combine(self.last + timedelta(days=1), time(), zone).timestamp()


def parse_day(text: str) -> date:
    """Return the day of a text such as 2026-12-31; raises ValueError."""
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    day = date.fromisoformat(text)
    if day.year > LAST_YEAR:
        raise ValueError(text)
    return day
