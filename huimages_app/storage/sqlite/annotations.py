"""Annotations in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ...domain.models import Annotation, AnnotationSummary
from ...errors import UnknownImage
from ..interfaces import AnnotationStore
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
                "SELECT tags, favorite, rating FROM marks WHERE id = ? AND visitor = ?",
                [image_id, visitor_id],
            ).fetchone()
        return annotation_from_row(*row) if row else Annotation()

    def of_image(self, image_id: str) -> dict[str, Annotation]:
        with self._connections.reading() as db:
            rows = db.execute(
                "SELECT visitor, tags, favorite, rating FROM marks WHERE id = ?", [image_id]
            ).fetchall()
        return {visitor: annotation_from_row(*row) for visitor, *row in rows}

    def by_visitor(self, visitor_id: str) -> Iterator[tuple[str, Annotation]]:
        after = ""
        while True:
            with self._connections.reading() as db:
                rows = db.execute(
                    "SELECT id, tags, favorite, rating FROM marks"
                    " WHERE visitor = ? AND id > ? ORDER BY id LIMIT ?",
                    [visitor_id, after, BATCH],
                ).fetchall()
            if not rows:
                return
            for after, *row in rows:
                yield after, annotation_from_row(*row)

    def save(
        self, image_id: str, visitor_id: str, change: Callable[[Annotation], Annotation]
    ) -> Annotation:
        with self._connections.writing() as db:
            entry = load(db, image_id)
            if entry is None:
                raise UnknownImage(image_id)
            old = self.get(image_id, visitor_id)
            new = change(old)
            new = replace(new, tags=tuple(dict.fromkeys(new.tags)))
            if new != old:
                self._write(image_id, visitor_id, new)
                write(db, entry, entry.with_annotation(visitor_id, old, new))
        return new

    def _write(self, image_id: str, visitor_id: str, annotation: Annotation) -> None:
        with self._connections.reading() as db:  # within the transaction of `save`
            if annotation.is_empty:
                db.execute("DELETE FROM marks WHERE id = ? AND visitor = ?", [image_id, visitor_id])
            else:
                insert(db, image_id, visitor_id, annotation)

    def summaries(self, image_ids: Iterable[str]) -> dict[str, AnnotationSummary]:
        image_ids = list(image_ids)
        found = read_column(self._connections, "summary", image_ids)
        return {
            image_id: summary_from_json(found[image_id])
            if image_id in found
            else AnnotationSummary()
            for image_id in image_ids
        }


def insert(db: sqlite3.Connection, image_id: str, visitor_id: str, annotation: Annotation) -> None:
    """Write an annotation into the table; its caller updates what is derived from it."""
    db.execute(
        "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?)",
        [image_id, visitor_id, dumps(annotation.tags), annotation.favorite, annotation.rating],
    )
