"""Plan a query as SQL whose cost does not grow with the archive.

One source gives images in the order of the query and is read only as far as the page needs;
the other conditions are checked for each of its rows.  The source is

- for a text: the index of words, whose row numbers ascend with the time of creation
- if few images meet a condition: these, sorted
- for `rated` and `taken`, and for a time of taking: the index of averages or of these times,
  unless few images match the text
- for `place`: the images of the reference or the collection, as they are ordered there
- else the shortest of the postings (the images with a tag, of a type, ...)

For example, the search "red" within the tag "bike" reads `words MATCH 'red'` from the newest
row number downwards, and looks up each of them in the postings of "bike".
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...domain.models import Image, Query
from ...domain.tokenizer import parse_query
from .codec import image_from_json, match_expression, micros
from .entries import reference_value

# Up to this number of images are sorted; more are read from an index in order.
FEW = 1000

# The column before the key in an order, and the index of it among all images.
_RANKS = {"rated": "images.average", "taken": "images.taken", "place": "places.at"}
_INDEXES = {"rated": "images_rated", "taken": "images_taken"}

# (key,), (average, key) for `rated`, (taken, key) for `taken`, or (at, key) for `place`
Position = tuple[Any, ...]


@dataclass(frozen=True)
class Row:
    """An image of a query and its position there."""

    image: Image
    position: Position


@dataclass(frozen=True)
class QueryPlan:
    """The FROM and WHERE of a query.  `key` is the column of the image key in `source`."""

    source: str
    key: str
    conditions: tuple[str, ...] = ()
    parameters: tuple[Any, ...] = ()
    order: str = "newest"

    def rows(
        self, db: sqlite3.Connection, start: Position | None, limit: int, *, forward: bool = True
    ) -> list[Row]:
        """Return the next `limit` images after `start`, from the nearest on.

        Without a start they are the first ones; not `forward`, those before, or the last ones.
        """
        descending = forward != (self.order in {"oldest", "place"})
        plan = self if start is None else self._where("<" if descending else ">", start)
        direction = "DESC" if descending else "ASC"
        order = ", ".join(f"{column} {direction}" for column in self._order_columns)
        rows = db.execute(f"{plan._select} ORDER BY {order} LIMIT ?", [*plan.parameters, limit])
        return [Row(image_from_json(document), tuple(position)) for document, *position in rows]

    def find(self, db: sqlite3.Connection, image_id: str) -> Position | None:
        """Return the position of an image; None if it does not match."""
        rank = _RANKS[self.order] if self.order in _INDEXES else "NULL"
        found = db.execute(f"SELECT {rank}, key FROM images WHERE id = ?", [image_id]).fetchone()
        if found is None:
            return None
        if self.order in _INDEXES:
            plan = self._where("=", found)
        else:
            # For `place` this reads the part of the index that is the article or the collection.
            plan = self.filtered(f"{self.key} = ?", found[1])
        row = db.execute(plan._select, plan.parameters).fetchone()
        return tuple(row[1:]) if row else None

    def filtered(self, condition: str, *parameters: Any) -> QueryPlan:
        """Return the plan with one more condition."""
        return replace(
            self,
            conditions=(*self.conditions, condition),
            parameters=(*self.parameters, *parameters),
        )

    @property
    def _order_columns(self) -> list[str]:
        rank = _RANKS.get(self.order)
        return [rank, self.key] if rank else [self.key]

    @property
    def _select(self) -> str:
        columns = ", ".join(["images.document", *self._order_columns])
        conditions = [*self.conditions]
        if rank := _RANKS.get(self.order):
            conditions.append(f"{rank} IS NOT NULL")
        return f"SELECT {columns} FROM {self.source} WHERE {' AND '.join(conditions) or 'true'}"

    def _where(self, operator: str, position: Position) -> QueryPlan:
        columns = ", ".join(self._order_columns)
        return self.filtered(f"({columns}) {operator} ({_placeholders(position)})", *position)


@dataclass(frozen=True)
class _Postings:
    """The images that meet one condition of a query: those on any of these lists."""

    kind: str
    list_numbers: Sequence[int]
    size: int


def plan_query(db: sqlite3.Connection, query: Query) -> QueryPlan | None:
    """Return the plan of a query; None if no image can match."""
    postings = sorted(_postings_of(db, query), key=lambda found: found.size)
    phrases = parse_query(query.text)
    if not postings[0].size or (query.text.strip() and not phrases):
        return None
    match = match_expression(phrases)
    changed = micros(query.changed_since) if query.changed_since else None
    plan: QueryPlan
    rest: Sequence[_Postings]
    if query.order == "place":
        plan, rest = _plan_by_place(query, match, postings)
    elif match:
        plan, rest = _plan_of_text(db, query, match, postings)
    else:
        plan, rest = _plan_without_text(db, query, changed, postings)
    for found in rest:
        plan = plan.filtered(
            # With an alias: the source may be `members` itself.
            "EXISTS (SELECT 1 FROM members AS other"
            f" WHERE other.list IN ({_placeholders(found.list_numbers)})"
            f" AND other.key = {plan.key})",
            *found.list_numbers,
        )
    if changed is not None:
        plan = plan.filtered("images.modified >= ?", changed)
    if query.taken_from or query.taken_before:
        times = _times_of_taking(query)
        plan = plan.filtered("images.taken >= ? AND images.taken < ?", *times)
    return replace(plan, order=query.order)


def _postings_of(db: sqlite3.Connection, query: Query) -> Iterator[_Postings]:
    single = {
        "tag": query.tag,
        "type": query.type,
        "collection": query.collection,
        "favorite": query.favorite_of,
    }
    conditions = [(kind, [value]) for kind, value in single.items() if value]
    for key, values in query.wanted_references.items():
        conditions.append(("reference", [reference_value(key, value) for value in values]))
    # Each list is either of visible or of trashed images, so the list of all is redundant
    # beside another one.
    for kind, values in conditions or [("all", [""])]:
        rows = db.execute(
            "SELECT number, size FROM lists WHERE kind = ? AND trashed = ?"
            f" AND value IN ({_placeholders(values)})",
            [kind, query.trashed, *values],
        ).fetchall()
        yield _Postings(kind, [number for number, _ in rows], sum(size for _, size in rows))


# -- sources: each with the postings that are still to be checked -------------------------

_MATCHES = "SELECT rowid FROM words WHERE words MATCH ?"
_CHANGED = "SELECT key FROM images WHERE trashed = ? AND modified >= ?"
_TAKEN = "SELECT key FROM images WHERE trashed = ? AND taken >= ? AND taken < ?"
_EARLIEST, _LATEST = -(1 << 62), 1 << 62


def _plan_of_text(
    db: sqlite3.Connection, query: Query, match: str, postings: Sequence[_Postings]
) -> tuple[QueryPlan, Sequence[_Postings]]:
    if postings[0].size <= FEW // 10:  # a look-up in the index of words is expensive
        plan = _sorted_postings(postings[0])
        return plan.filtered(f"EXISTS ({_MATCHES} AND rowid = images.key)", match), postings[1:]
    if query.order in _INDEXES and _has_many_matches(db, match):
        return _by_rank(query).filtered(f"+images.key IN ({_MATCHES})", match), postings
    return _matches(match), postings


def _plan_without_text(
    db: sqlite3.Connection, query: Query, changed: int | None, postings: Sequence[_Postings]
) -> tuple[QueryPlan, Sequence[_Postings]]:
    shortest = postings[0]
    is_few = shortest.size <= FEW
    if len(shortest.list_numbers) > 1 or (query.order in _INDEXES and is_few):
        return _sorted_postings(shortest), postings[1:]
    if changed is not None and not is_few and _has_few(db, _CHANGED, query.trashed, changed):
        return _sorted(_CHANGED, query.trashed, changed), postings
    if query.order in _INDEXES:
        return _by_rank(query), postings
    if (query.taken_from or query.taken_before) and not is_few:
        times = _times_of_taking(query)
        if _has_few(db, _TAKEN, query.trashed, *times):
            return _sorted(_TAKEN, query.trashed, *times), postings
    return _in_order(shortest), postings[1:]


def _plan_by_place(
    query: Query, match: str, postings: Sequence[_Postings]
) -> tuple[QueryPlan, Sequence[_Postings]]:
    kind = "collection" if query.collection else "reference"
    ordered = next(found for found in postings if found.kind == kind)
    plan = _in_place_order(ordered)
    if match:
        plan = plan.filtered(f"EXISTS ({_MATCHES} AND rowid = images.key)", match)
    return plan, [found for found in postings if found is not ordered]


def _has_many_matches(db: sqlite3.Connection, match: str) -> bool:
    """Return whether sorting the matches costs more than checking images in rank order."""
    limit = 5 * FEW
    return len(db.execute(f"{_MATCHES} LIMIT ?", [match, limit + 1]).fetchall()) > limit


def _has_few(db: sqlite3.Connection, keys: str, *parameters: Any) -> bool:
    return len(db.execute(keys + " LIMIT ?", [*parameters, FEW + 1]).fetchall()) <= FEW


def _times_of_taking(query: Query) -> tuple[int, int]:
    first, end = query.taken_from, query.taken_before
    return micros(first) if first else _EARLIEST, micros(end) if end else _LATEST


def _matches(match: str) -> QueryPlan:
    return QueryPlan(
        "words CROSS JOIN images ON images.key = words.rowid",
        "words.rowid",
        conditions=("words MATCH ?",),
        parameters=(match,),
    )


def _in_order(postings: _Postings) -> QueryPlan:
    return QueryPlan(
        "members CROSS JOIN images ON images.key = members.key",
        "members.key",
        conditions=("members.list = ?",),
        parameters=(postings.list_numbers[0],),
    )


def _by_rank(query: Query) -> QueryPlan:
    return QueryPlan(
        f"images INDEXED BY {_INDEXES[query.order]}",
        "images.key",
        conditions=("images.trashed = ?",),
        parameters=(query.trashed,),
    )


def _in_place_order(postings: _Postings) -> QueryPlan:
    return QueryPlan(
        "places CROSS JOIN images ON images.key = places.key",
        "places.key",
        conditions=("places.list = ?",),
        parameters=(postings.list_numbers[0],),
    )


def _sorted_postings(postings: _Postings) -> QueryPlan:
    return _sorted(
        f"SELECT DISTINCT key FROM members WHERE list IN ({_placeholders(postings.list_numbers)})",
        *postings.list_numbers,
    )


def _sorted(keys: str, *parameters: Any) -> QueryPlan:
    """Return the plan of the few images with these keys."""
    return QueryPlan(
        f"({keys}) AS few CROSS JOIN images ON images.key = few.key",
        "images.key",
        parameters=parameters,
    )


def _placeholders(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
