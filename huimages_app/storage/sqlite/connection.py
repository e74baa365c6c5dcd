"""A connection for each thread, transactions, and errors in the program's words."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ...domain.files import atomic_write
from ...errors import BadInput, StorageUnavailable
from .schema import migrate

# Seconds a transaction waits for those of other threads and processes.
# Rows per statement of a scan over everything, so that no read transaction stays open.
BATCH = 500

PATIENCE = 15.0

# Troubles that are not the connection's: after them it can be used on.
_PASSING = {"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED", "SQLITE_FULL"}

_ALL: weakref.WeakSet[Connections] = weakref.WeakSet()


class _Connection(sqlite3.Connection):
    """A connection that knows which file it was opened to: device and inode."""

    opened: tuple[int, int] | None = None


class Connections:
    """The connections of this process to one file, which is made on first use."""

    def __init__(self, file: Path, patience: float = PATIENCE) -> None:
        self._file = file
        self._patience = patience
        self._by_thread: dict[threading.Thread, _Connection] = {}
        self._inherited: list[_Connection] = []
        self._was_there = False
        self._lock = threading.Lock()
        # Threads that wait here are woken in turn; at the file they would have to poll.
        self._writer = threading.RLock()
        _ALL.add(self)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """All that is read within is of one moment; within `writing`, of its transaction."""
        writing = self._by_thread.get(threading.current_thread())
        if writing is not None and writing.in_transaction:
            yield writing
            return
        with self._translated():
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Everything within happens, or, when it raises, nothing.  Nobody else writes."""
        if not self._writer.acquire(timeout=self._patience):
            raise StorageUnavailable(
                f"{self._file.name} is busy: others have been writing for too long"
            )
        try:
            with self._translated():
                connection = self._connection()
                connection.execute("BEGIN IMMEDIATE")
                with connection:  # commits, or rolls back
                    yield connection
        finally:
            self._writer.release()

    def close(self) -> None:
        """Close the connections of all threads; the next use opens new ones."""
        with self._lock:
            for connection in self._by_thread.values():
                connection.close()
            self._by_thread.clear()

    def before_fork(self) -> None:
        """Close all that nobody uses in this moment."""
        with self._lock:
            idle = [each for each, db in self._by_thread.items() if not db.in_transaction]
            for thread in idle:
                self._by_thread.pop(thread).close()

    def after_fork_in_child(self) -> None:
        """What others hold in the parent is nothing to touch here, nor to wait for."""
        self._inherited += self._by_thread.values()
        self._by_thread.clear()
        self._lock, self._writer = threading.Lock(), threading.RLock()

    def _connection(self) -> sqlite3.Connection:
        if self._inherited:
            raise StorageUnavailable(
                f"{self._file.name} was in use when this process was forked off"
            )
        thread = threading.current_thread()
        self._forget_another_file()
        with self._lock:
            if thread in self._by_thread:
                return self._by_thread[thread]
            for ended in [other for other in self._by_thread if not other.is_alive()]:
                self._by_thread.pop(ended).close()
        connection = self._open()
        with self._lock:
            self._by_thread[thread] = connection
            self._was_there = True
        return connection

    def _forget_another_file(self) -> None:
        """Use the file that replaced the old one; raises StorageUnavailable if there is none.

        What was written to one that has been taken away would be answered, and be lost.
        """
        there = self._identity()
        if there is None and self._was_there:
            self._forget()
            raise StorageUnavailable(
                f"{self._file} has gone: put it back, or restart to begin with an empty one"
            )
        mine = self._by_thread.get(threading.current_thread())
        if mine is not None and mine.opened != there:
            self._forget()

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageUnavailable(
                f"{self._file.name} can't be reached: {error.strerror}"
            ) from error
        return status.st_dev, status.st_ino

    def _open(self) -> _Connection:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageUnavailable(
                f"no folder for {self._file.name}: {error.strerror}"
            ) from error
        self._make()
        connection = sqlite3.connect(
            self._file,
            timeout=self._patience,
            isolation_level=None,  # transactions begin where we say so
            check_same_thread=False,  # `close` is called by another thread
            factory=_Connection,
        )
        try:
            self._use_wal(connection)
            # An upload or edit that was answered must outlast a power failure: FULL syncs
            # the log with every commit; NORMAL, with WAL, might lose the last ones.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection, str(self._file))
            connection.opened = self._identity()
        except BaseException:
            connection.close()
            raise
        return connection

    def _make(self) -> None:
        """An empty file for its owner alone, if there is none: hashes of passwords lie in it.

        It is linked when it is closed already: closing it would end the locks that other
        threads have on it.  What SQLite puts beside it has the same mode.
        """
        try:
            if not self._file.exists():
                with atomic_write(self._file, overwrite=False):
                    pass
        except FileExistsError:  # another process was first
            return
        except OSError as error:
            raise StorageUnavailable(
                f"{self._file.name} can't be made: {error.strerror}"
            ) from error

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        """Readers and the writer don't wait for each other.  The file remembers it.

        SQLite does not wait by itself when two processes switch a new file at once.
        """
        until = time.monotonic() + self._patience
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                    raise
                time.sleep(0.02)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        name = self._file.name
        try:
            yield
        except sqlite3.IntegrityError:
            raise  # a mistake of ours, not of the file's
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname not in _PASSING:
                self._forget()
            raise StorageUnavailable(f"{name} does not answer: {error}") from error
        except sqlite3.DatabaseError as error:
            self._forget()
            raise StorageUnavailable(
                f"{name} is damaged or no SQLite file ({error}): restore it from a backup"
            ) from error
        except UnicodeEncodeError as error:
            raise BadInput("the text holds half a character (a lone surrogate)") from error

    def _forget(self) -> None:
        """Close this thread's connection: the next one sees whether the file was mended."""
        with self._lock:
            connection = self._by_thread.pop(threading.current_thread(), None)
        if connection is not None:
            connection.close()


def _before_fork() -> None:
    for connections in list(_ALL):
        connections.before_fork()


def _after_fork_in_child() -> None:
    for connections in list(_ALL):
        connections.after_fork_in_child()


# SQLite knows its locks by process: a connection that is open in a process that was forked
# off, even one that is never used there, makes it write without a lock and spoil the file.
os.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)


def column(connections: Connections, name: str, image_ids: Iterable[str]) -> dict[str, str]:
    """Return a column of the images that exist, by ID, in the order of `image_ids`."""
    wanted = list(dict.fromkeys(image_ids))
    with connections.reading() as db:
        found = dict(
            db.execute(
                f"SELECT id, {name} FROM images WHERE id IN (SELECT value FROM json_each(?))",
                [json.dumps(wanted)],
            ).fetchall()
        )
    return {image_id: found[image_id] for image_id in wanted if image_id in found}
