"""Queries on images in SQLite."""

from __future__ import annotations

import random
from collections.abc import Iterable

from ...domain.models import ArticlePage, Changes, Image, Page, Query, Window
from ...errors import BadCursor
from .. import cursors
from ..interfaces import ImageSearch
from . import spellings
from .articles import read_articles
from .codec import dumps, image_from_json
from .connection import Connections
from .entries import visible_count
from .query_planner import Position, plan_query


class SqliteSearch(ImageSearch):
    """Queries on the tables that `entries` keeps up to date."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def page(self, query: Query, limit: int, cursor: str | None = None) -> Page:
        start: Position | None = None
        forward = True
        if cursor is not None:
            direction, *position = cursors.decode(query, cursor)
            forward, start = direction == 1, tuple(position) or None
        with self._connections.reading() as db:
            plan = plan_query(db, query)
            if plan is None:
                return Page(())
            rows = plan.rows(db, start, limit + 1, forward=forward)
            more = len(rows) > limit
            rows = rows[:limit] if forward else rows[:limit][::-1]
            # Going back from an empty page starts at the end of the list.
            first, last = (rows[0].position, rows[-1].position) if rows else (None, None)
            is_more_behind = bool(plan.rows(db, first if forward else last, 1, forward=not forward))
        has_next, has_previous = (more, is_more_behind) if forward else (is_more_behind, more)
        return Page(
            [row.image for row in rows],
            next=cursors.encode(query, (1, *(last or ()))) if has_next else None,
            previous=cursors.encode(query, (-1, *(first or ()))) if has_previous else None,
        )

    def window(self, query: Query, image_id: str, before: int, after: int) -> Window:
        with self._connections.reading() as db:
            plan = plan_query(db, query)
            position = plan.find(db, image_id) if plan else None
            if plan is None or position is None:
                return Window()
            rows_before = plan.rows(db, position, before, forward=False)[::-1]
            rows_after = plan.rows(db, position, after)
        return Window(
            tuple(row.image for row in rows_before), tuple(row.image for row in rows_after)
        )

    def contains(self, query: Query, image_id: str) -> bool:
        with self._connections.reading() as db:
            plan = plan_query(db, query)
            return plan is not None and plan.find(db, image_id) is not None

    def collection_sizes(self) -> dict[str, int]:
        with self._connections.reading() as db:
            rows = db.execute(
                "SELECT value, size FROM lists INDEXED BY lists_collections"
                " WHERE kind = 'collection' AND trashed = 0"
            ).fetchall()
        return dict(rows)

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
