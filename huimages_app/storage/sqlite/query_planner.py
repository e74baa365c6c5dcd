"""A query, as SQL whose cost does not grow with the archive.

One source leads, in the order of the collection, and is read only as far as the page
needs; the other conditions are looked up for each of its rows.  What leads:

- a text: the index of words, whose row numbers ascend with the time
- if a condition holds for few images: these, sorted
- `rated`: the index of averages, unless few images are found by the text
- else the shortest of the lists
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

# Up to so many images are sorted rather than looked up one by one in a longer list.
FEW = 1000

Place = tuple[Any, ...]  # (key,), or (average, key) in the order `rated`


@dataclass(frozen=True)
class Row:
    image: Image
    place: Place


@dataclass(frozen=True)
class Collection:
    """Where the images of a query come from.  `key` names their key in `source`."""

    source: str
    key: str
    conditions: tuple[str, ...] = ()
    parameters: tuple[Any, ...] = ()
    order: str = "newest"

    def rows(
        self, db: sqlite3.Connection, start: Place | None, limit: int, *, forward: bool = True
    ) -> list[Row]:
        """The next `limit` images after `start` (None: from the end one comes from)."""
        descending = forward != (self.order == "oldest")
        collection = self
        if start is not None:
            collection = self._where("<" if descending else ">", start)
        order = ", ".join(f"{column} {'DESC' if descending else 'ASC'}" for column in self._columns)
        rows = db.execute(
            f"{collection._select} ORDER BY {order} LIMIT ?", [*collection.parameters, limit]
        )
        return [Row(image_from_json(document), tuple(place)) for document, *place in rows]

    def find(self, db: sqlite3.Connection, image_id: str) -> Place | None:
        """The place of an image; None if it is not in the collection."""
        column = "average, key" if self.order == "rated" else "key"
        place: Place | None = db.execute(
            f"SELECT {column} FROM images WHERE id = ?", [image_id]
        ).fetchone()
        if place is None:
            return None
        found = self._where("=", place)
        return place if db.execute(found._select, found.parameters).fetchone() else None

    @property
    def _columns(self) -> list[str]:
        """What orders the collection, the most important first."""
        return ["images.average", self.key] if self.order == "rated" else [self.key]

    @property
    def _select(self) -> str:
        columns = ", ".join(["images.document", *self._columns])
        conditions = [*self.conditions]
        if self.order == "rated":
            conditions.append("images.average IS NOT NULL")
        return f"SELECT {columns} FROM {self.source} WHERE {' AND '.join(conditions) or 'true'}"

    def _where(self, compared: str, place: Place) -> Collection:
        return self.filtered(f"({', '.join(self._columns)}) {compared} ({_marks(place)})", *place)

    def filtered(self, condition: str, *parameters: Any) -> Collection:
        return replace(
            self,
            conditions=(*self.conditions, condition),
            parameters=(*self.parameters, *parameters),
        )


@dataclass(frozen=True)
class _List:
    """Images that one condition of a query holds for: those on any of these lists."""

    numbers: Sequence[int]
    size: int


def collection_of(db: sqlite3.Connection, query: Query) -> Collection | None:
    """How to read what a query asks for; None if nothing can be in it."""
    lists = sorted(_lists(db, query), key=lambda found: found.size)
    wanted = parse_query(query.text)
    if not lists[0].size or (query.text.strip() and not wanted):
        return None
    changed = micros(query.changed_since) if query.changed_since else None
    match = match_expression(wanted)
    if match and lists[0].size <= FEW // 10:  # looking one up in the words is dear
        collection = _few_of(lists.pop(0))
        collection = collection.filtered(f"EXISTS ({_FOUND} AND rowid = images.key)", match)
    elif match and query.order == "rated" and _found_many(db, match):
        collection = _rated(query).filtered(f"+images.key IN ({_FOUND})", match)
    elif match:
        collection = _found(match)
    elif len(lists[0].numbers) > 1 or (query.order == "rated" and lists[0].size <= FEW):
        collection = _few_of(lists.pop(0))
    elif changed is not None and lists[0].size > FEW and _changed_few(db, query, changed):
        collection = _few_changed(query, changed)
    elif query.order == "rated":
        collection = _rated(query)
    else:
        collection = _listed(lists.pop(0))
    for found in lists:
        collection = collection.filtered(
            # A name of its own: the collection may be read from `members` itself.
            f"EXISTS (SELECT 1 FROM members AS other WHERE other.list IN ({_marks(found.numbers)})"
            f" AND other.key = {collection.key})",
            *found.numbers,
        )
    if changed is not None:
        collection = collection.filtered("images.modified >= ?", changed)
    return replace(collection, order=query.order)


def _lists(db: sqlite3.Connection, query: Query) -> Iterator[_List]:
    single = {"tag": query.tag, "type": query.type, "favorite": query.favorite_of}
    wanted = [(kind, [value]) for kind, value in single.items() if value]
    for key, values in query.wanted_references.items():
        wanted.append(("reference", [reference_value(key, value) for value in values]))
    # Every list is of shown images or of trashed ones: that of all says nothing more.
    for kind, values in wanted or [("all", [""])]:
        rows = db.execute(
            "SELECT number, size FROM lists WHERE kind = ? AND trashed = ?"
            f" AND value IN ({_marks(values)})",
            [kind, query.trashed, *values],
        ).fetchall()
        yield _List([number for number, _ in rows], sum(size for _, size in rows))


# -- what may lead ----------------------------------------------------------------------


_FOUND = "SELECT rowid FROM words WHERE words MATCH ?"


def _found_many(db: sqlite3.Connection, match: str) -> bool:
    """Whether it is dearer to sort what was found than to look through the best rated."""
    return len(db.execute(f"{_FOUND} LIMIT ?", [match, 5 * FEW + 1]).fetchall()) > 5 * FEW


def _found(match: str) -> Collection:
    return Collection(
        "words CROSS JOIN images ON images.key = words.rowid",
        "words.rowid",
        conditions=("words MATCH ?",),
        parameters=(match,),
    )


def _listed(found: _List) -> Collection:
    return Collection(
        "members CROSS JOIN images ON images.key = members.key",
        "members.key",
        conditions=("members.list = ?",),
        parameters=(found.numbers[0],),
    )


def _rated(query: Query) -> Collection:
    return Collection(
        "images INDEXED BY images_rated",
        "images.key",
        conditions=("images.trashed = ?",),
        parameters=(query.trashed,),
    )


def _few_of(found: _List) -> Collection:
    return _few(
        f"SELECT DISTINCT key FROM members WHERE list IN ({_marks(found.numbers)})",
        *found.numbers,
    )


def _few_changed(query: Query, changed: int) -> Collection:
    return _few(_CHANGED, query.trashed, changed)


def _changed_few(db: sqlite3.Connection, query: Query, changed: int) -> bool:
    rows = db.execute(_CHANGED + " LIMIT ?", [query.trashed, changed, FEW + 1])
    return len(rows.fetchall()) <= FEW


_CHANGED = "SELECT key FROM images WHERE trashed = ? AND modified >= ?"


def _few(keys: str, *parameters: Any) -> Collection:
    return Collection(
        f"({keys}) AS few CROSS JOIN images ON images.key = few.key",
        "images.key",
        parameters=parameters,
    )


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
