"""The months in which the images of a query were added or taken."""

from __future__ import annotations

import sqlite3

from ...domain.months import MAX_MONTHS, Month
from .codec import micros, time_of_micros
from .keys import first_key, time_of_key
from .query_plan import Position, QueryPlan

_READ = 1000  # images whose times are read one by one


def read_months(db: sqlite3.Connection, plan: QueryPlan) -> list[Month] | None:
    """Return the months of a plan, newest first; None if that would read too many rows."""
    positions, is_all = plan.positions(db, _READ)
    if is_all:
        months = {_month_of(position) for position in positions}
        return sorted(months, reverse=True)[:MAX_MONTHS]
    # SQLite cannot skip matches of words without reading them.
    if plan.checks or plan.source == "words":
        return None
    return skipped_months(db, plan)


def skipped_months(db: sqlite3.Connection, plan: QueryPlan) -> list[Month]:
    """Return the months of a plan, newest first, by one look-up for each.

    For plans whose checks fail for few images.
    """
    found: list[Month] = []
    position = plan.position_below(db)
    while position and len(found) < MAX_MONTHS:
        month = _month_of(position)
        found.append(month)
        position = plan.position_below(db, _start_of(month, plan))
    return found


def _month_of(position: Position) -> Month:
    """Return the month of a position: (key,), or (time of taking, key)."""
    first = position[0]
    return Month.of(time_of_key(first) if len(position) == 1 else time_of_micros(first))


def _start_of(month: Month, plan: QueryPlan) -> Position:
    time = micros(month.start)
    return (time, -1) if plan.order == "taken" else (first_key(time),)
