"""Periods of time as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from huimages_app.domain.periods import Period
from huimages_app.errors import BadInput


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2024-05-01..2024-07-31", "2024-05-01", "2024-08-01"),
        ("2024-05-01", "2024-05-01", "2024-05-02"),
        ("2024-12", "2024-12-01", "2025-01-01"),
        ("2023..2024-02", "2023-01-01", "2024-03-01"),
        ("2024", "2024-01-01", "2025-01-01"),
    ],
)
def test_both_dates_are_part_of_the_period(text: str, start: str, end: str) -> None:
    assert Period.parse(text) == Period(day(start), day(end))


def test_either_date_may_be_left_out() -> None:
    assert Period.parse("2024..") == Period(day("2024-01-01"), None)
    assert Period.parse("..2024-02-29") == Period(None, day("2024-03-01"))
    assert Period.parse("..") == Period.parse("") == Period()


@pytest.mark.parametrize(
    "text", ["yesterday", "2024-13", "2023-02-29", "24", "9999", "2024...2025", "2024-1-1"]
)
def test_text_that_is_no_period_is_rejected(text: str) -> None:
    with pytest.raises(BadInput, match="expected dates as in"):
        Period.parse(text)


def test_days_of_a_period_are_those_of_a_form() -> None:
    period = Period.parse("2024-02..2024-02")
    assert (period.first_day, period.last_day) == ("2024-02-01", "2024-02-29")
    assert (Period().first_day, Period().last_day) == ("", "")
