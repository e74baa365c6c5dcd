"""Metadata in SQLite."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ...domain.models import Changes, Image, Mark, Neighbours, Page, Query, Summary
from ...errors import BadCursor, RemovedImage, UnknownImage
from .. import cursors
from ..interfaces import Metadata
from .codec import dumps, image_from_json, mark_from_row, summary_from_json
from .connection import PATIENCE, Connections
from .entries import load, shown, with_image, write
from .search import Place, collection_of

# Rows read at once by what goes through everything, so that nothing is held open meanwhile.
_BATCH = 500


class SqliteMetadata(Metadata):
    """Metadata in `file`, made on first use.  Any number of threads and processes."""

    def __init__(self, file: Path, *, patience: float = PATIENCE) -> None:
        self._connections = Connections(file, patience)

    # one image

    def get(self, image_id: str) -> Image:
        with self._connections.reading() as db:
            row = db.execute("SELECT document FROM images WHERE id = ?", [image_id]).fetchone()
            if row is None:
                if db.execute("SELECT 1 FROM changes WHERE id = ?", [image_id]).fetchone():
                    raise RemovedImage(f"image {image_id} has been removed")
                raise UnknownImage(f"there is no image {image_id}")
        return image_from_json(row[0])

    def get_many(self, image_ids: Iterable[str]) -> dict[str, Image]:
        found = self._column("document", image_ids)
        return {image_id: image_from_json(document) for image_id, document in found.items()}

    def save(self, image_id: str, change: Callable[[Image | None], Image]) -> Image:
        with self._connections.writing() as db:
            old = load(db, image_id)
            image = change(old.image if old else None)
            if image.id != image_id:
                raise ValueError(f"the record of {image_id} became one of {image.id}")
            if not old or image != old.image:
                write(db, old, with_image(db, old, image))
        return image

    def remove(self, image_id: str, approve: Callable[[Image], object] | None = None) -> None:
        with self._connections.writing() as db:
            old = load(db, image_id)
            if old is None:
                raise UnknownImage(f"there is no image {image_id}")
            if approve:
                approve(old.image)
            write(db, old, None)

    # many images

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

    def neighbours(self, query: Query, image_id: str) -> Neighbours:
        with self._connections.reading() as db:
            collection = collection_of(db, query)
            place = collection.find(db, image_id) if collection else None
            if collection is None or place is None:
                return Neighbours()
            before = collection.rows(db, place, 1, forward=False)
            after = collection.rows(db, place, 1)
        return Neighbours(
            before[0].image.id if before else None, after[0].image.id if after else None
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

    def ids(self, after: str = "") -> Iterator[str]:
        while True:
            with self._connections.reading() as db:
                rows = db.execute(
                    "SELECT id FROM images WHERE id > ? ORDER BY id LIMIT ?", [after, _BATCH]
                ).fetchall()
            if not rows:
                return
            for (image_id,) in rows:
                yield image_id
            after = image_id

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

    # visitors

    def mark(self, image_id: str, visitor_id: str) -> Mark:
        with self._connections.reading() as db:
            row = db.execute(
                "SELECT tags, favorite, rating FROM marks WHERE id = ? AND visitor = ?",
                [image_id, visitor_id],
            ).fetchone()
        return mark_from_row(*row) if row else Mark()

    def marks(self, image_id: str) -> dict[str, Mark]:
        with self._connections.reading() as db:
            rows = db.execute(
                "SELECT visitor, tags, favorite, rating FROM marks WHERE id = ?", [image_id]
            ).fetchall()
        return {visitor: mark_from_row(*row) for visitor, *row in rows}

    def save_mark(self, image_id: str, visitor_id: str, change: Callable[[Mark], Mark]) -> Mark:
        with self._connections.writing() as db:
            entry = load(db, image_id)
            if entry is None:
                raise UnknownImage(f"there is no image {image_id}")
            old = self.mark(image_id, visitor_id)
            new = change(old)
            new = replace(new, tags=tuple(dict.fromkeys(new.tags)))
            if new != old:
                self._write_mark(image_id, visitor_id, new)
                write(db, entry, entry.marked(visitor_id, old, new))
        return new

    def _write_mark(self, image_id: str, visitor_id: str, mark: Mark) -> None:
        with self._connections.reading() as db:  # within the transaction of `save_mark`
            if mark.is_empty:
                db.execute("DELETE FROM marks WHERE id = ? AND visitor = ?", [image_id, visitor_id])
            else:
                db.execute(
                    "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?)",
                    [image_id, visitor_id, dumps(mark.tags), mark.favorite, mark.rating],
                )

    def marks_by(self, visitor_id: str) -> Iterator[tuple[str, Mark]]:
        after = ""
        while True:
            with self._connections.reading() as db:
                rows = db.execute(
                    "SELECT id, tags, favorite, rating FROM marks"
                    " WHERE visitor = ? AND id > ? ORDER BY id LIMIT ?",
                    [visitor_id, after, _BATCH],
                ).fetchall()
            if not rows:
                return
            for after, *row in rows:
                yield after, mark_from_row(*row)

    def summaries(self, image_ids: Iterable[str]) -> dict[str, Summary]:
        image_ids = list(image_ids)
        found = self._column("summary", image_ids)
        return {
            image_id: summary_from_json(found[image_id]) if image_id in found else Summary()
            for image_id in image_ids
        }

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

    def check(self) -> None:
        self.count()

    def close(self) -> None:
        self._connections.close()

    def _column(self, column: str, image_ids: Iterable[str]) -> dict[str, str]:
        """A column of those images that there are, by ID, in the order asked for."""
        wanted = list(dict.fromkeys(image_ids))
        with self._connections.reading() as db:
            found = dict(
                db.execute(
                    f"SELECT id, {column} FROM images WHERE id IN (SELECT value FROM json_each(?))",
                    [dumps(wanted)],
                ).fetchall()
            )
        return {image_id: found[image_id] for image_id in wanted if image_id in found}
