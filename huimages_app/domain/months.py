"""Months of the calendar, in UTC: where a list by time can be entered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, NamedTuple

MAX_MONTHS: Final = 600  # of one list
TIMED: Final = ("newest", "oldest", "taken")  # orders of lists that can be entered at a month


class Month(NamedTuple):
    """A month of a year, both as people count them."""

    year: int
    month: int

    @classmethod
    def of(cls, time: datetime) -> Month:
        """Return the month of a time in UTC."""
        return cls(time.year, time.month)

    @property
    def start(self) -> datetime:
        """Return its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"
