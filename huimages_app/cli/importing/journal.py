"""Which files were imported already: so a run that goes on, or comes again, reads only new ones."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from ...errors import StorageUnavailable

_SCHEMA = """
    create table if not exists file (
        path blob primary key,  -- absolute
        size integer not null,
        mtime_ns integer not null,
        image_id text not null
    ) without rowid
"""


class Seen(NamedTuple):
    """A file as it was when it was looked at; a change shows in its size or its time."""

    path: str
    size: int  # bytes
    mtime_ns: int


class Journal:
    """An SQLite file that remembers path, size, time and image ID.  Thread-safe.

    It only saves work: without it everything is read once more, and nothing is stored
    twice.  Raises StorageUnavailable if the file can't be used.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._db = _opened(file)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def known(self, files: Iterable[Seen]) -> dict[str, str]:
        """IDs of the files that were imported and have not changed since, by path."""
        found = {}
        try:
            with self._lock:
                for seen in files:
                    row = self._db.execute(
                        "select image_id from file where path = ? and size = ? and mtime_ns = ?",
                        (_key(seen), seen.size, seen.mtime_ns),
                    ).fetchone()
                    if row:
                        found[seen.path] = row[0]
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        return found

    def note(self, seen: Seen, image_id: str) -> None:
        """Remember that a file was imported."""
        try:
            with self._lock:
                self._db.execute(
                    "insert or replace into file values (?, ?, ?, ?)",
                    (_key(seen), seen.size, seen.mtime_ns, image_id),
                )
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _unusable(self, error: Exception) -> StorageUnavailable:
        return StorageUnavailable(f"the journal of imports, {self._file}, can't be used: {error}")


def _opened(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, timeout=30, isolation_level=None, check_same_thread=False)
    try:
        with closing(db.execute("pragma journal_mode = wal")):
            # What the last second before a power cut wrote may be forgotten.
            db.execute("pragma synchronous = normal")
        db.execute(_SCHEMA)
    except BaseException:
        db.close()
        raise
    return db


def _key(seen: Seen) -> bytes:
    # A path is bytes; not every one is text.
    return os.fsencode(os.path.abspath(seen.path))  # noqa: PTH100 - a link stays a link
