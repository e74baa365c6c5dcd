"""Queries on images in SQLite."""

from __future__ import annotations

import random

from ...domain.models import Changes, Image, Page, Query, Window
from ...errors import BadCursor
from .. import cursors
from ..interfaces import ImageSearch
from .codec import dumps, image_from_json
from .connection import Connections
from .entries import shown
from .query_planner import Place, collection_of


class SqliteSearch(ImageSearch):
    """Queries on the tables that `entries` keeps true."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def page(self, query: Query, limit: int, cursor: str | None = None) -> Page:
        start: Place | None = None
        forward = True
        if cursor is not None:
            direction, *place = cursors.decode(query, cursor)
            forward, start = direction == 1, tuple(place) or None
        with self._connections.reading() as db:
            collection = collection_of(db, query)
            if collection is None:
                return Page(())
            rows = collection.rows(db, start, limit + 1, forward=forward)
            more = len(rows) > limit
            rows = rows[:limit] if forward else rows[:limit][::-1]
            # Whoever comes back from an empty piece starts at the collection's end.
            first, last = (rows[0].place, rows[-1].place) if rows else (None, None)
            beside = bool(collection.rows(db, first if forward else last, 1, forward=not forward))
        has_next, has_previous = (more, beside) if forward else (beside, more)
        return Page(
            [row.image for row in rows],
            next=cursors.encode(query, (1, *(last or ()))) if has_next else None,
            previous=cursors.encode(query, (-1, *(first or ()))) if has_previous else None,
        )

    def window(self, query: Query, image_id: str, before: int, after: int) -> Window:
        with self._connections.reading() as db:
            collection = collection_of(db, query)
            place = collection.find(db, image_id) if collection else None
            if collection is None or place is None:
                return Window()
            rows_before = collection.rows(db, place, before, forward=False)[::-1]
            rows_after = collection.rows(db, place, after)
        return Window(
            tuple(row.image for row in rows_before), tuple(row.image for row in rows_after)
        )

    def random(self, count: int) -> list[Image]:
        with self._connections.reading() as db:
            number = shown(db)
            slots = random.sample(range(number), min(count, number))
            found = dict(
                db.execute(
                    "SELECT slot, document FROM images"
                    " WHERE slot IN (SELECT value FROM json_each(?))",
                    [dumps(slots)],
                ).fetchall()
            )
        return [image_from_json(found[slot]) for slot in slots]

    def count(self) -> int:
        with self._connections.reading() as db:
            return shown(db)

    def changes(self, since: str = "", limit: int = 1000) -> Changes:
        (sequence,) = cursors.decode("changes", since) if since else (0,)
        with self._connections.reading() as db:
            (newest,) = db.execute("SELECT max(sequence) FROM changes").fetchone()
            if int(sequence) > (newest or 0):
                raise BadCursor("this place in the feed is of other data; start from the beginning")
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
        # Without a prefix the index on uses has them in order: nothing is sorted.
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
