"""A query as SQL: a source that is read in the order of the query, and checks of its rows.

Reading is bounded: after SCANNED rows of the source it ends, also if few of them passed the
checks.  Then a page is short and has a next one, and a count is a lower bound.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import Any

from ...domain.models import Count, Image
from ..cursors import Start
from .codec import image_from_json

# Rows of a source that are checked for one page.
SCANNED = 10_000
# Rows that are checked first.  To find the last of SCANNED rows takes 12 ms in a search for two
# words, and these are enough for most pages.
SCANNED_FIRST = 500

# The column before the key in an order, and the index of it among all images.
RANKS = {
    "rated": "images.average",
    "taken": "images.taken",
    "title": "images.name",
    "place": "places.at",
}
INDEXES = {"rated": "images_rated", "taken": "images_taken", "title": "images_name"}
_ASCENDING = {"oldest", "title", "place"}

# (key,), or with the rank before it, as in (average, key) for `rated`
Position = tuple[Any, ...]


@dataclass(frozen=True)
class Row:
    """An image of a query and its position there."""

    image: Image
    position: Position


@dataclass(frozen=True)
class Reading:
    """Rows of a plan; `end` is where reading was broken off, None if it was not."""

    rows: list[Row]
    end: Position | None = None


@dataclass(frozen=True)
class Condition:
    """An SQL expression and its parameters."""

    expression: str
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True)
class QueryPlan:
    """The source of a query, its conditions there, and the checks of its rows.

    `key` is the column of the image key in `source`.  A source that `is_small` is sorted, and
    read as a whole.
    """

    source: str
    key: str
    parameters: tuple[Any, ...] = ()  # of the source
    conditions: tuple[Condition, ...] = ()
    checks: tuple[Condition, ...] = ()
    order: str = "newest"
    is_small: bool = False

    def within(self, expression: str, *parameters: Any) -> QueryPlan:
        """Return the plan with one more condition on the source."""
        return replace(self, conditions=(*self.conditions, Condition(expression, parameters)))

    def checked(self, expression: str, *parameters: Any) -> QueryPlan:
        """Return the plan with one more check."""
        return replace(self, checks=(*self.checks, Condition(expression, parameters)))

    def read(
        self, db: sqlite3.Connection, start: Start | None, limit: int, *, forward: bool = True
    ) -> Reading:
        """Return the next `limit` images from `start`, from the nearest on.

        Without a start they are the first ones of the result.  If not `forward`, they are those
        before `start`, or the last ones.
        """
        descending = forward != (self.order in _ASCENDING)
        plan = self
        if start:
            plan = self._compared("<" if descending else ">", start.position, start.inclusive)
        direction = "DESC" if descending else "ASC"
        order = ", ".join(f"{column} {direction}" for column in self._columns)
        columns = ", ".join(["images.document", *self._columns])
        found, end = plan._scan(db, columns, order, limit)
        rows = [Row(image_from_json(document), tuple(position)) for document, *position in found]
        return Reading(rows, end)

    def find(self, db: sqlite3.Connection, image_id: str) -> Position | None:
        """Return the position of an image; None if it does not match."""
        rank = RANKS[self.order] if self.order in INDEXES else "NULL"
        found = db.execute(f"SELECT {rank}, key FROM images WHERE id = ?", [image_id]).fetchone()
        if found is None:
            return None
        if self.order in INDEXES:
            plan = self._compared("=", tuple(found))
        else:
            # For `place` this reads the part of the index that is the article.
            plan = self.within(f"{self.key} = ?", found[1])
        select, parameters = plan._select(", ".join(self._columns))
        row = db.execute(select, parameters).fetchone()
        return tuple(row) if row else None

    def before(self, position: Position) -> QueryPlan:
        """Return the plan of the images before a position."""
        return self._compared("<" if self.order in _ASCENDING else ">", position)

    def count(self, db: sqlite3.Connection, most: int) -> Count:
        """Return the number of images; a lower bound if there are more than `most`."""
        rows, end = self._scan(db, "1", self._descending, most + 1)
        return Count(min(len(rows), most), is_exact=len(rows) <= most and not end)

    def keys(self, db: sqlite3.Connection, most: int) -> tuple[list[int], list[float], bool]:
        """Return the keys of the first `most` images, their averages, and whether these are all.

        Of rows that are checked, twice as many are read at most.
        """
        rows, is_all = self._first(db, f"{self.key}, images.average", most)
        averages = [average for _, average in rows if average is not None]
        return [key for key, _ in rows], averages, is_all

    def positions(self, db: sqlite3.Connection, most: int) -> tuple[list[Position], bool]:
        """Return the positions of the first `most` images and whether these are all, as `keys`."""
        return self._first(db, ", ".join(self._columns), most)

    def position_below(
        self, db: sqlite3.Connection, position: Position | None = None
    ) -> Position | None:
        """Return the highest position below another one, or of all; for plans without checks."""
        plan = self._compared("<", position) if position else self
        select, parameters = plan._select(", ".join(self._columns))
        row = db.execute(f"{select} ORDER BY {self._descending} LIMIT 1", parameters).fetchone()
        return tuple(row) if row else None

    def count_from(self, db: sqlite3.Connection, first: Position, last: Position, most: int) -> int:
        """Return the number of images from one position to another, at most `most`.

        For plans without checks; then the rows of a large source are its images.
        """
        plan = self._compared(">", first, inclusive=True)._compared("<", last, inclusive=True)
        if plan.is_small:
            rows, parameters = plan._select("1")
        else:
            rows = f"SELECT 1 FROM {plan.source} WHERE {_all([*plan.conditions])}"
            parameters = _parameters([*plan.conditions])
        found = db.execute(f"SELECT COUNT(*) FROM ({rows} LIMIT ?)", [*parameters, most]).fetchone()
        return int(found[0])

    def _first(self, db: sqlite3.Connection, columns: str, most: int) -> tuple[list[Any], bool]:
        rows, end = self._scan(db, columns, self._descending, most + 1, 2 * most)
        return rows[:most], len(rows) <= most and not end

    def _scan(
        self,
        db: sqlite3.Connection,
        columns: str,
        order: str,
        limit: int,
        most: int | None = None,
    ) -> tuple[list[Any], Position | None]:
        """Return the first `limit` rows, and where reading was broken off before these were found.

        Of a large source the first rows alone are read if they are enough, and `most` at most,
        or SCANNED.
        """
        most = most or SCANNED
        nearer, farther = (">", "<") if order.endswith("DESC") else ("<", ">")
        first = min(max(SCANNED_FIRST, 2 * limit), most)
        rows: list[Any] = []
        plan = self
        for scanned in filter(None, (first, most - first)):
            end = plan._last_scanned(db, order, scanned)
            part = plan._compared(nearer, end, inclusive=True) if end else plan
            select, parameters = part._select(columns)
            parameters.append(limit - len(rows))
            rows += db.execute(f"{select} ORDER BY {order} LIMIT ?", parameters).fetchall()
            if len(rows) == limit or end is None:
                break
            plan = self._compared(farther, end)
        return rows, end if len(rows) < limit else None

    def _last_scanned(self, db: sqlite3.Connection, order: str, scanned: int) -> Position | None:
        """Return the position of the last of `scanned` rows; None if the source has fewer."""
        if self.is_small or not self.checks:
            return None
        conditions = [*self.conditions, *self._ranked]
        rows = db.execute(
            f"SELECT {', '.join(self._columns)} FROM {self.source} WHERE {_all(conditions)}"
            f" ORDER BY {order} LIMIT 1 OFFSET {scanned - 1}",
            _parameters(conditions),
        )
        row = rows.fetchone()
        return tuple(row) if row else None

    @property
    def _columns(self) -> list[str]:
        """The columns of a position."""
        rank = RANKS.get(self.order)
        return [rank, self.key] if rank else [self.key]

    @property
    def _descending(self) -> str:
        return ", ".join(f"{column} DESC" for column in self._columns)

    @property
    def _ranked(self) -> list[Condition]:
        rank = RANKS.get(self.order)
        return [Condition(f"{rank} IS NOT NULL")] if rank else []

    def _select(self, columns: str) -> tuple[str, list[Any]]:
        conditions = [*self.conditions, *self.checks, *self._ranked]
        images = f" CROSS JOIN images ON images.key = {self.key}"
        source = self.source + ("" if self.key == "images.key" else images)
        parameters = [*self.parameters, *_parameters(conditions)]
        return f"SELECT {columns} FROM {source} WHERE {_all(conditions)}", parameters

    def _compared(self, operator: str, position: Position, inclusive: bool = False) -> QueryPlan:
        columns, values = ", ".join(self._columns), placeholders(position)
        return self.within(f"({columns}) {operator}{'=' * inclusive} ({values})", *position)


def placeholders(values: Any) -> str:
    return ", ".join("?" * len(values))


def _all(conditions: list[Condition]) -> str:
    return " AND ".join(condition.expression for condition in conditions) or "true"


def _parameters(conditions: list[Condition]) -> list[Any]:
    return [value for condition in conditions for value in condition.parameters]
