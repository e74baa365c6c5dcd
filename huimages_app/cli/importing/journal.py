"""A journal of imported files, so that a repeated run reads only new ones."""

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


class FileState(NamedTuple):
    """Size and time of a file when it was found.  A change of the file changes one of them."""

    path: str
    size: int  # bytes
    mtime_ns: int


class Journal:
    """An SQLite file with path, size, time and image ID of each imported file.  Thread-safe.

    It only saves work: without it all files are read again, but none is stored twice.
    Raises StorageUnavailable if the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._file = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = _open(path)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def known(self, files: Iterable[FileState]) -> dict[str, str]:
        """Return the IDs of files that were imported and have not changed since, by path."""
        found = {}
        try:
            with self._lock:
                for file in files:
                    row = self._db.execute(
                        "select image_id from file where path = ? and size = ? and mtime_ns = ?",
                        (_key(file), file.size, file.mtime_ns),
                    ).fetchone()
                    if row:
                        found[file.path] = row[0]
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        return found

    def add(self, file: FileState, image_id: str) -> None:
        """Record that a file was imported."""
        try:
            with self._lock:
                self._db.execute(
                    "insert or replace into file values (?, ?, ?, ?)",
                    (_key(file), file.size, file.mtime_ns, image_id),
                )
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _unusable(self, error: Exception) -> StorageUnavailable:
        return StorageUnavailable(f"the import journal {self._file} cannot be used: {error}")


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    try:
        with closing(db.execute("pragma journal_mode = wal")):
            # A power cut may lose the last second.  The files are then read once more.
            db.execute("pragma synchronous = normal")
        db.execute(_SCHEMA)
    except BaseException:
        db.close()
        raise
    return db


def _key(file: FileState) -> bytes:
    # A path consists of bytes, which need not be valid text.
    return os.fsencode(os.path.abspath(file.path))  # noqa: PTH100 - resolve() would follow links
