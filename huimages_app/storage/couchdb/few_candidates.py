"""Candidates of a query that are few enough to be sorted in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from ...domain.models import Query
from ...domain.tokenizer import fold
from .codec import ctime_of, text_of
from .conditions import times_of_taking
from .database import Database, Document, Row
from .scans import InMemoryScan, Position, Scan

_FEW = 1000


class _Range(NamedTuple):
    """A range of a view, after the element that states whether images are in the trash."""

    view: str
    start: list[Any]
    end: list[Any]
    ctime: Callable[[Row], Any]


def few_in_range(query: Query, images: Database, today: date) -> InMemoryScan | None:
    """Return the images of the first range of a query that contains few; None if none does."""
    for view, start, end, ctime in _ranges(query, today):
        rows = images.rows(
            view,
            startkey=[query.trashed, *start],
            endkey=[query.trashed, *end],
            limit=_FEW + 1,
        )
        if len(rows) <= _FEW:
            return InMemoryScan([(str(ctime(row)), row["id"]) for row in rows])
    return None


def _ranges(query: Query, today: date) -> Iterator[_Range]:
    if days := query.last_days(today):
        first, last = (day.isoformat() for day in days)
        yield _Range("by_end", [first], [last, {}], lambda row: row["key"][2])
    if query.taken_from or query.taken_before:
        first, last = times_of_taking(query)
        yield _Range("by_taken", [first], [last], lambda row: row["key"][2])
    if query.larger is not None or query.smaller is not None:
        end: Any = {} if query.smaller is None else query.smaller
        start = ["longest", query.larger or 0]
        yield _Range("by_value", start, ["longest", end], lambda row: row["key"][3])
    if query.rating is not None:
        yield _Range("by_rating", [query.rating], [{}], lambda row: row["key"][2])
    if query.changed_since:
        since = text_of(query.changed_since)
        yield _Range("by_change", [since], [{}], lambda row: row["value"])


def few_sorted(
    scan: Scan,
    rank: Callable[[Document], str | float],
    has_rank: Callable[[Any], bool],
    images: Database,
) -> InMemoryScan | None:
    """Return the candidates of a scan in another order, if they are few."""
    candidates = scan.without_documents().read(None, _FEW + 1, descending=True)
    if len(candidates) > _FEW:
        return None
    documents = images.get_many({candidate.id: None for candidate in candidates})
    ranked = [(rank(d), ctime_of(d), i) for i, d in documents.items()]
    return InMemoryScan([position for position in ranked if has_rank(position[0])], key=_collated)


def _collated(position: Position) -> Position:
    """Return a position whose text, if it begins with one, is compared without case."""
    first = position[0]
    return (fold(first), *position) if isinstance(first, str) else position
