"""Months of the calendar, in UTC: where a list by time can be entered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from .models import Count

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


# The months of a list and its number of images in each, None where it is not known.
MonthCounts = dict[Month, Count | None]


def newest_first(numbers: dict[Month, int]) -> MonthCounts:
    """Return the newest MAX_MONTHS months with their exact numbers."""
    months = sorted(numbers, reverse=True)[:MAX_MONTHS]
    return {month: Count(numbers[month]) for month in months}


def counted(months: Iterable[Month]) -> MonthCounts:
    """Return the months of all images of a list, of which each gives one."""
    return newest_first(Counter(months))
