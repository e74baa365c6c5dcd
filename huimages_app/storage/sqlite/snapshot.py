"""Export of all metadata in SQLite, and loading them into an empty file."""

from __future__ import annotations

import itertools
import json
import sqlite3
import time
from collections.abc import Generator, Iterable

from ...domain.models import AnnotationSummary, Image
from ..snapshots import SnapshotItem, StoredDocument, StoredImage, Tombstone
from .annotations import COLUMNS, insert
from .codec import annotation_from_row, dumps, image_from_json, micros
from .connection import Connections
from .entries import Entry, load, write
from .keys import free_key

_BATCH = 200  # items in one transaction
_NATIVE = "sqlite"


def export(connections: Connections) -> Generator[SnapshotItem, None, None]:
    """Yield tombstones, images by ascending ID, documents: one state of the data."""
    with connections.reading() as db:
        removed = db.execute("SELECT id FROM changes WHERE state = 'removed' ORDER BY id")
        for (image_id,) in removed:
            yield Tombstone(image_id)
        for image_id, key, document in db.execute(
            "SELECT id, key, document FROM images ORDER BY id"
        ):
            marks = db.execute(f"SELECT visitor, {COLUMNS} FROM marks WHERE id = ?", [image_id])
            annotations = {visitor: annotation_from_row(*row) for visitor, *row in marks}
            # Images of the same microsecond are listed by their key.
            native = {_NATIVE: {"key": key}}
            yield StoredImage(image_from_json(document), annotations, native)
        for kind, key, document in db.execute("SELECT kind, key, document FROM records"):
            yield StoredDocument(kind, key, json.loads(document))


def is_empty(connections: Connections, ignored: str) -> bool:
    """Return whether there are no images, no tombstones, and no documents except of one kind."""
    with connections.reading() as db:
        (count,) = db.execute(
            "SELECT EXISTS (SELECT 1 FROM changes)"
            " + EXISTS (SELECT 1 FROM records WHERE kind <> ?)",
            [ignored],
        ).fetchone()
    return not count


def load_all(connections: Connections, items: Iterable[SnapshotItem]) -> None:
    """Store all items that are not stored yet."""
    remaining = iter(items)
    while batch := list(itertools.islice(remaining, _BATCH)):
        with connections.writing() as db:
            _begin_changes(db)
            for item in batch:
                _add(db, item)


def _begin_changes(db: sqlite3.Connection) -> None:
    """Number the first change by the time, above the positions that any client has.

    A client that follows the changes then reads all images again, and misses none.
    """
    if not db.execute("SELECT 1 FROM changes").fetchone():
        db.execute("DELETE FROM sqlite_sequence WHERE name = 'changes'")
        db.execute("INSERT INTO sqlite_sequence VALUES ('changes', ?)", [int(time.time() * 1000)])


def _add(db: sqlite3.Connection, item: SnapshotItem) -> None:
    match item:
        case StoredImage():
            _add_image(db, item)
        case Tombstone():
            db.execute(
                "INSERT OR IGNORE INTO changes (id, state) VALUES (?, 'removed')", [item.image_id]
            )
        case StoredDocument():
            db.execute(
                "INSERT OR IGNORE INTO records VALUES (?, ?, ?)",
                [item.kind, item.key, dumps(item.record)],
            )


def _add_image(db: sqlite3.Connection, item: StoredImage) -> None:
    image = item.image
    if load(db, image.id):
        return
    annotations = {v: one for v, one in item.annotations.items() if not one.is_empty}
    entry = Entry(
        image,
        _key(db, image, item.native.get(_NATIVE, {}).get("key")),
        AnnotationSummary.of(annotations.values()),
        frozenset(visitor for visitor, one in annotations.items() if one.favorite),
    )
    write(db, None, entry)
    for visitor, annotation in annotations.items():
        insert(db, image.id, visitor, annotation)


def _key(db: sqlite3.Connection, image: Image, exported: int | None) -> int:
    """Return the key that the image had, if it is free, else a new one."""
    if exported is None or db.execute("SELECT 1 FROM images WHERE key = ?", [exported]).fetchone():
        return free_key(db, micros(image.created))
    return exported
