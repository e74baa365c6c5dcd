"""The generated archive in an SQLite file, written in bulk: 2,000,000 images in minutes.

Writing image by image, as the program does, changes about ten lists at random.  Here the lists
are collected in memory, about 400 bytes for each image, and written at the end in their order.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from huimages_app.domain.models import AnnotationSummary
from huimages_app.storage.sqlite import entries
from huimages_app.storage.sqlite.codec import dumps, micros
from huimages_app.storage.sqlite.connection import Connections
from huimages_app.storage.sqlite.entries import PostingsName
from huimages_app.storage.sqlite.keys import free_key
from huimages_app.storage.sqlite.likeness import rows_of

from .archive import UPLOADER, Sample, samples
from .multiplied import multiply

_BATCH = 20_000


def fill_sqlite(file: Path, count: int, tags: int = 5000) -> None:
    """Write the archive into a new file, as `archive.fill` would."""
    connections = Connections(file)
    with connections.reading() as db:
        db.execute("PRAGMA cache_size = -512000")  # KB: IDs are written all over their index
    with connections.writing() as db:
        db.execute("CREATE TEMP TABLE unsorted AS SELECT * FROM hashes")
    bulk = _Bulk()
    rest = samples(count, tags)
    while batch := list(islice(rest, _BATCH)):
        with connections.writing() as db:
            bulk.add(db, batch)
    with connections.writing() as db:
        bulk.finish(db)
    connections.close()


def fill_by_copies(file: Path, count: int, copies: int, tags: int = 5000) -> None:
    """Write `count` images into a new file, and copies until there are `copies` of each."""
    fill_sqlite(file, count, tags)
    connections = Connections(file)
    with connections.reading() as db:
        db.execute("PRAGMA cache_size = -1024000")
    with connections.writing() as db:
        multiply(db, copies, count * 180)
    connections.close()


class _Bulk:
    """Lists and tags of all images together."""

    def __init__(self) -> None:
        self._count = 0
        self._tags: Counter[str] = Counter()
        self._members: dict[PostingsName, array[int]] = defaultdict(lambda: array("q"))
        self._ranks: dict[PostingsName, list[float]] = defaultdict(list)

    def add(self, db: sqlite3.Connection, batch: Iterable[Sample]) -> None:
        """Write the images and annotations, and the words that they are found by."""
        words, hashes = [], []
        for sample in batch:
            entry = self._write_image(db, sample)
            words.append((entry.key, entry.words()))
            self._tags.update(entry.counted_tags)
            hashes += rows_of(entry.key, sample.image.phash)
            ranks = entry.ranks()
            for name in entry.postings():
                self._members[name].append(entry.key)
                if name in ranks:
                    self._ranks[name].append(ranks[name])
        # In the order of keys: FTS5 writes its buffer whenever a row number is not the largest.
        db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", sorted(words))
        db.executemany("INSERT INTO temp.unsorted VALUES (?, ?, ?)", hashes)
        marks = sorted(_mark(sample) for sample in batch if not sample.annotation.is_empty)
        db.executemany("INSERT INTO marks VALUES (?, ?, ?, ?, ?)", marks)

    def _write_image(self, db: sqlite3.Connection, sample: Sample) -> entries.Entry:
        image, annotation = sample.image, sample.annotation
        key = free_key(db, micros(image.created))
        visitors = frozenset([UPLOADER] if annotation.favorite else [])
        entry = entries.Entry(image, key, AnnotationSummary.of([annotation]), visitors)
        row = entries.row_of(entry) | {"slot": self._count}
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        db.execute(f"INSERT INTO images ({columns}) VALUES ({marks})", [*row.values()])
        db.execute("INSERT INTO changes (id, state) VALUES (?, 'shown')", [image.id])
        self._count += 1
        return entry

    def finish(self, db: sqlite3.Connection) -> None:
        """Write the lists, the tags and the index of hashes."""
        for number, (name, keys) in enumerate(sorted(self._members.items()), 1):
            db.execute("INSERT INTO lists VALUES (?, ?, ?, ?, ?)", [number, *name, len(keys)])
            db.executemany(
                "INSERT INTO members VALUES (?, ?)", ((number, key) for key in sorted(keys))
            )
            if name in self._ranks:
                places = sorted(zip(self._ranks[name], keys, strict=True))
                db.executemany(
                    "INSERT INTO places VALUES (?, ?, ?)", ((number, *place) for place in places)
                )
        db.executemany("INSERT INTO tags VALUES (?, ?)", sorted(self._tags.items()))
        db.execute("INSERT INTO hashes SELECT * FROM temp.unsorted ORDER BY piece, key")
        db.execute("DROP TABLE temp.unsorted")


def _mark(sample: Sample) -> tuple[object, ...]:
    annotation = sample.annotation
    return (
        sample.image.id,
        UPLOADER,
        dumps(annotation.tags),
        annotation.favorite,
        annotation.rating,
    )
