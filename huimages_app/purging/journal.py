"""The images that caches in front have to remove, on disk, so that a restart forgets none.

An entry is one image and one cache.  All processes of a machine share the file.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..errors import StorageUnavailable

# Seconds after which an entry that a process has taken is taken again: the process has died.
_TAKEN = 120.0
# Seconds.  An entry that is due later than this was written before the clock was set back.
_LATEST = 3600.0
_PATIENCE = 5.0  # seconds to wait for other processes

_SCHEMA = """
CREATE TABLE IF NOT EXISTS purges (
    image_id TEXT NOT NULL,
    cache TEXT NOT NULL,
    begun REAL NOT NULL,     -- when the image was changed
    due REAL NOT NULL,       -- when to send the next request
    attempts INTEGER NOT NULL,
    is_repeat INTEGER NOT NULL,
    PRIMARY KEY (image_id, cache)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS purges_by_due ON purges (attempts, due);
"""


@dataclass(frozen=True)
class Entry:
    """One image that one cache has to remove; times in seconds since the epoch."""

    image_id: str
    cache: str
    begun: float
    attempts: int  # that have failed
    is_repeat: bool


class PurgeJournal:
    """The entries in the file `path`.  Thread-safe.  Every method raises StorageUnavailable."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock

    def add(self, image_id: str, caches: Collection[str]) -> None:
        """Add an image for all caches, in place of earlier entries; on disk when this returns."""
        now = self._clock()
        rows = [(image_id, cache, now, now, 0, 0) for cache in caches]
        with self._opened() as db:
            db.executemany("INSERT OR REPLACE INTO purges VALUES (?, ?, ?, ?, ?, ?)", rows)

    def take(self) -> Entry | None:
        """Return an entry that is due; None if there is none.

        No other process gets it for two minutes.  Entries with fewer failures come first, so
        that a cache which is down delays no other.
        """
        now = self._clock()
        with self._opened() as db:
            row = db.execute(
                "SELECT image_id, cache, begun, attempts, is_repeat FROM purges "
                "WHERE due <= ? OR due > ? ORDER BY attempts, due LIMIT 1",
                [now, now + _LATEST],
            ).fetchone()
            if row is None:
                return None
            image_id, cache, begun, attempts, is_repeat = row
            entry = Entry(image_id, cache, begun, attempts, bool(is_repeat))
            _set_due(db, entry, now + _TAKEN)
            return entry

    def succeeded(self, entry: Entry, again: float) -> None:
        """Remove an entry, or let the request be sent once more `again` seconds after the first."""
        with self._opened() as db:
            if again and not entry.is_repeat:
                db.execute(
                    "UPDATE purges SET is_repeat = 1, attempts = 0, due = ? "
                    "WHERE image_id = ? AND cache = ? AND begun = ?",
                    [self._clock() + again, entry.image_id, entry.cache, entry.begun],
                )
            else:
                self._remove(db, entry)

    def failed(self, entry: Entry, delay: float) -> None:
        """Let the request be sent again in `delay` seconds."""
        with self._opened() as db:
            _set_due(db, entry, self._clock() + delay, failures=1)

    def remove(self, entry: Entry) -> None:
        """Remove an entry."""
        with self._opened() as db:
            self._remove(db, entry)

    def count(self) -> int:
        """Return the number of images that caches have to remove, without repeated requests."""
        with self._opened() as db:
            counted = db.execute("SELECT count(DISTINCT image_id) FROM purges WHERE NOT is_repeat")
            return int(counted.fetchone()[0])

    def age(self, entry: Entry) -> float:
        """Return the seconds since the image was changed."""
        return max(0.0, self._clock() - entry.begun)

    def _remove(self, db: sqlite3.Connection, entry: Entry) -> None:
        # Only the taken entry: one that was added meanwhile has another `begun`.
        db.execute(
            "DELETE FROM purges WHERE image_id = ? AND cache = ? AND begun = ?",
            [entry.image_id, entry.cache, entry.begun],
        )

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in a transaction; each use opens the file, which is used rarely."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # The ID of an image suffices to get it, and a restored one has the same.
            self._path.touch(mode=0o600)
            with closing(
                sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None)
            ) as db:
                db.executescript(_SCHEMA)
                db.execute("BEGIN IMMEDIATE")
                with db:
                    yield db
        except (sqlite3.Error, OSError) as error:
            raise StorageUnavailable(
                f"the journal of purges {self._path} can't be used: {error}"
            ) from error


def _set_due(db: sqlite3.Connection, entry: Entry, due: float, failures: int = 0) -> None:
    db.execute(
        "UPDATE purges SET due = ?, attempts = attempts + ? "
        "WHERE image_id = ? AND cache = ? AND begun = ?",
        [due, failures, entry.image_id, entry.cache, entry.begun],
    )
