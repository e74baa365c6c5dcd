"""Queries on images in SQLite."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from ...domain.facet_counts import FacetCounts, facet_counts
from ...domain.likeness import is_telling
from ...domain.models import ArticlePage, Changes, Count, Image, Order, Page, Query, Window
from ...domain.months import TIMED, MonthCounts
from ...errors import BadCursor
from .. import cursors
from ..cursors import Start, decode_start, encode_start
from ..interfaces import ImageSearch
from . import spellings
from .articles import count_articles, read_articles, read_reference_keys
from .codec import dumps, image_from_json, micros
from .connection import Connections
from .endings import count_endings, read_endings
from .entries import visible_count
from .facet_counts import count_facets, count_facets_of_all
from .keys import first_key
from .likeness import read_alike
from .months import read_months, skipped_months
from .query_plan import Row
from .query_planner import plan_query, whole_list


class SqliteSearch(ImageSearch):
    """Queries on the tables that `entries` keeps up to date."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def page(self, query: Query, limit: int, cursor: str | None = None) -> Page:
        forward, start = decode_start(query, cursor)
        with self._connections.reading() as db:
            plan = plan_query(db, query, self.today())
            if plan is None:
                return Page(())
            reading = plan.read(db, start, limit + 1, forward=forward)
            rows = reading.rows[:limit]
            end = rows[-1].position if len(reading.rows) > limit else reading.end
            back = _reverse_start(start, rows)
            if back:
                behind = plan.read(db, back, 1, forward=not forward)
                back = back if behind.rows or behind.end else None
        images = [row.image for row in (rows if forward else rows[::-1])]
        ahead_cursor = encode_start(query, forward, Start(end)) if end else None
        back_cursor = encode_start(query, not forward, back) if back else None
        if forward:
            return Page(images, ahead_cursor, back_cursor)
        return Page(images, back_cursor, ahead_cursor)

    def cursor_at(self, query: Query, time: datetime) -> str:
        positions: dict[str, tuple[int, ...]] = {
            "newest": (first_key(micros(time)),),
            "oldest": (first_key(micros(time)),),
            "taken": (micros(time), -1),  # before all keys of this time
        }
        if query.order not in positions:
            raise ValueError(f"order {query.order} has no times")
        start = Start(positions[query.order], inclusive=query.order == "oldest")
        return encode_start(query, True, start)

    def months(self, query: Query) -> MonthCounts:
        if query.order not in TIMED:
            raise ValueError(f"order {query.order} has no times")
        order: Order = "taken" if query.order == "taken" else "newest"
        with self._connections.reading() as db:
            plan = plan_query(db, replace(query, order=order), self.today())
            months = read_months(db, plan) if plan else {}
            if months is not None:
                return months
            everything = plan_query(db, Query(order=order), self.today())
            return dict.fromkeys(skipped_months(db, everything)) if everything else {}

    def window(self, query: Query, image_id: str, before: int, after: int) -> Window:
        with self._connections.reading() as db:
            plan = plan_query(db, query, self.today())
            position = plan.find(db, image_id) if plan else None
            if plan is None or position is None:
                return Window()
            start = Start(position)
            rows_before = plan.read(db, start, before, forward=False).rows[::-1]
            rows_after = plan.read(db, start, after).rows
        return Window(
            tuple(row.image for row in rows_before), tuple(row.image for row in rows_after)
        )

    def count_of(self, query: Query, most: int = 1000) -> Count:
        with self._connections.reading() as db:
            size = whole_list(db, query)
            if size is not None:
                return Count(size)
            plan = plan_query(db, query, self.today())
            return plan.count(db, most) if plan else Count(0)

    def count_before(self, query: Query, image_id: str, most: int = 1000) -> Count | None:
        with self._connections.reading() as db:
            plan = plan_query(db, query, self.today())
            position = plan.find(db, image_id) if plan else None
            if plan is None or position is None:
                return None
            return plan.before(position).count(db, most)

    def contains(self, query: Query, image_id: str) -> bool:
        with self._connections.reading() as db:
            plan = plan_query(db, query, self.today())
            return plan is not None and plan.find(db, image_id) is not None

    def collection_sizes(self) -> dict[str, int]:
        with self._connections.reading() as db:
            rows = db.execute(
                "SELECT value, size FROM lists INDEXED BY lists_collections"
                " WHERE kind = 'collection' AND trashed = 0"
            ).fetchall()
        return dict(rows)

    def facet_sizes(self, kind: str) -> dict[str, int]:
        with self._connections.reading() as db:
            rows = db.execute(
                "SELECT value, size FROM lists WHERE kind = ? AND trashed = 0 AND size > 0", [kind]
            ).fetchall()
        return dict(rows)

    def facet_counts(self, query: Query, most: int = 1000) -> FacetCounts:
        with self._connections.reading() as db:
            if query.is_unconditional:
                return count_facets_of_all(db, most, query.trashed)
            plan = plan_query(db, query, self.today())
            return (
                count_facets(db, plan, most, query.trashed)
                if plan
                else facet_counts({}, is_complete=True)
            )

    def articles(
        self, key: str, limit: int, cursor: str | None = None, *, prefix: str = ""
    ) -> ArticlePage:
        scope = ("articles", key, prefix)
        after = str(cursors.decode(scope, cursor)[0]) if cursor is not None else None
        with self._connections.reading() as db:
            found = read_articles(db, key, prefix, after, limit + 1)
        is_last = len(found) <= limit
        found = found[:limit]
        end = None if is_last else cursors.encode(scope, [found[-1].number])
        return ArticlePage(found, end)

    def count_articles(self, key: str, *, prefix: str = "", most: int = 1000) -> Count:
        with self._connections.reading() as db:
            return count_articles(db, key, prefix, most)

    def ending(self, first: date, last: date, limit: int, cursor: str | None = None) -> Page:
        with self._connections.reading() as db:
            return read_endings(db, first, last, limit, cursor)

    def count_ending(self, first: date, last: date, most: int = 1000) -> Count:
        with self._connections.reading() as db:
            return count_endings(db, first, last, most)

    def alike(self, phash: str, limit: int) -> list[Image]:
        if not is_telling(phash):
            return []
        with self._connections.reading() as db:
            return read_alike(db, phash, limit)

    def random(self, count: int) -> list[Image]:
        with self._connections.reading() as db:
            number = visible_count(db)
            indexes = random.sample(range(number), min(count, number))
            found = dict(
                db.execute(
                    "SELECT slot, document FROM images"
                    " WHERE slot IN (SELECT value FROM json_each(?))",
                    [dumps(indexes)],
                ).fetchall()
            )
        return [image_from_json(found[index]) for index in indexes]

    def count(self) -> int:
        with self._connections.reading() as db:
            return visible_count(db)

    def changes(self, since: str = "", limit: int = 1000) -> Changes:
        (sequence,) = cursors.decode("changes", since) if since else (0,)
        with self._connections.reading() as db:
            (newest,) = db.execute("SELECT max(sequence) FROM changes").fetchone()
            if int(sequence) > (newest or 0):
                raise BadCursor
            rows = db.execute(
                "SELECT sequence, id, state FROM changes WHERE sequence > ?"
                " ORDER BY sequence LIMIT ?",
                [sequence, limit],
            ).fetchall()
        return Changes(
            [image_id for _, image_id, _ in rows],
            frozenset(image_id for _, image_id, state in rows if state != "shown"),
            cursors.encode("changes", [rows[-1][0]]) if rows else since,
        )

    def tags(self, prefix: str = "", limit: int | None = None) -> list[tuple[str, int]]:
        # Without a prefix the index on uses gives them in order, without sorting.
        where = "WHERE tag >= :from AND tag < :to" if prefix else ""
        with self._connections.reading() as db:
            return db.execute(
                f"SELECT tag, uses FROM tags {where} ORDER BY uses DESC, tag LIMIT :limit",
                {
                    "from": prefix,
                    "to": prefix + chr(0x10FFFF),
                    "limit": -1 if limit is None else limit,
                },
            ).fetchall()

    def spellings(self, tags: Iterable[str]) -> dict[str, str]:
        with self._connections.reading() as db:
            return spellings.of_tags(db, tags)

    def reference_keys(self, limit: int) -> list[str]:
        with self._connections.reading() as db:
            return read_reference_keys(db, limit)


def _reverse_start(start: Start | None, rows: Sequence[Row]) -> Start | None:
    """Return the start of the adjacent page, in the other direction; None on the first page."""
    if start is None:
        return None
    return Start(rows[0].position) if rows else Start(start.position, inclusive=True)
