"""Annotations in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ...domain.models import Annotation, AnnotationSummary
from ...domain.tags import spelled
from ...errors import UnknownImage
from ..interfaces import AnnotationStore
from . import spellings
from .codec import annotation_from_row, dumps, summary_from_json
from .columns import read_column
from .connection import BATCH, Connections
from .entries import load, write


class SqliteAnnotations(AnnotationStore):
    """Annotations in the table `marks`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, image_id: str, visitor_id: str) -> Annotation:
        with self._connections.reading() as db:
            row = db.execute(
                f"SELECT {COLUMNS} FROM marks WHERE id = ? AND visitor = ?",
                [image_id, visitor_id],
            ).fetchone()
        return annotation_from_row(*row) if row else Annotation()

    def get_many(self, image_ids: Iterable[str], visitor_id: str) -> dict[str, Annotation]:
        with self._connections.reading() as db:
            rows = db.execute(
                f"SELECT id, {COLUMNS} FROM marks"
                " WHERE visitor = ? AND id IN (SELECT value FROM json_each(?))",
                [visitor_id, dumps(list(image_ids))],
            ).fetchall()
        return {image_id: annotation_from_row(*row) for image_id, *row in rows}

    def of_image(self, image_id: str) -> dict[str, Annotation]:
        with self._connections.reading() as db:
            rows = db.execute(
                f"SELECT visitor, {COLUMNS} FROM marks WHERE id = ?", [image_id]
            ).fetchall()
        return {visitor: annotation_from_row(*row) for visitor, *row in rows}

    def by_visitor(self, visitor_id: str) -> Iterator[tuple[str, Annotation]]:
        after = ""
        while True:
            with self._connections.reading() as db:
                rows = db.execute(
                    f"SELECT id, {COLUMNS} FROM marks"
                    " WHERE visitor = ? AND id > ? ORDER BY id LIMIT ?",
                    [visitor_id, after, BATCH],
                ).fetchall()
            if not rows:
                return
            for after, *row in rows:
                yield after, annotation_from_row(*row)

    def with_tag(self, tag: str) -> Iterator[tuple[str, str]]:
        for trashed in (False, True):
            after = -1
            while True:
                with self._connections.reading() as db:
                    keys = db.execute(
                        "SELECT key FROM members JOIN lists ON number = list"
                        " WHERE kind = 'tag' AND value = ? AND trashed = ? AND key > ?"
                        " ORDER BY key LIMIT ?",
                        [tag, trashed, after, BATCH],
                    ).fetchall()
                    rows = db.execute(
                        "SELECT marks.id, visitor FROM images JOIN marks USING (id)"
                        " WHERE key IN (SELECT value FROM json_each(?))"
                        " AND ? IN (SELECT value FROM json_each(tags))",
                        [dumps([key for (key,) in keys]), tag],
                    ).fetchall()
                if not keys:
                    break
                yield from rows
                (after,) = keys[-1]

    def save(
        self, image_id: str, visitor_id: str, change: Callable[[Annotation], Annotation]
    ) -> Annotation:
        with self._connections.writing() as db:
            entry = load(db, image_id)
            if entry is None:
                raise UnknownImage(image_id)
            old = self.get(image_id, visitor_id)
            new = change(old)
            new = spelled(replace(new, tags=tuple(dict.fromkeys(new.tags))), new.spellings)
            if new != old:
                self._write(image_id, visitor_id, new)
                write(db, entry, entry.with_annotation(visitor_id, old, new))
        return new

    def _write(self, image_id: str, visitor_id: str, annotation: Annotation) -> None:
        with self._connections.reading() as db:  # within the transaction of `save`
            if annotation.is_empty:
                db.execute("DELETE FROM marks WHERE id = ? AND visitor = ?", [image_id, visitor_id])
                spellings.write(db, image_id, visitor_id, {})
            else:
                insert(db, image_id, visitor_id, annotation)

    def summaries(self, image_ids: Iterable[str]) -> dict[str, AnnotationSummary]:
        image_ids = list(image_ids)
        with self._connections.reading() as db:
            found = read_column(self._connections, "summary", image_ids)
            typed = spellings.of_images(db, found)
        return {
            image_id: summary_from_json(found[image_id]).spelled(typed.get(image_id, {}))
            if image_id in found
            else AnnotationSummary()
            for image_id in image_ids
        }


# Of the table `marks`, as `annotation_from_row` expects them.
COLUMNS = f"tags, favorite, rating, {spellings.OF_ANNOTATION}"


def insert(db: sqlite3.Connection, image_id: str, visitor_id: str, annotation: Annotation) -> None:
    """Write an annotation into the table; its caller updates what is derived from it."""
    db.execute(
        "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?)",
        [image_id, visitor_id, dumps(annotation.tags), annotation.favorite, annotation.rating],
    )
    spellings.write(db, image_id, visitor_id, annotation.spellings)
