"""A pool of connections, transactions, and errors of SQLite as errors of the program."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...domain.files import atomic_write
from ...errors import BadInput, StorageUnavailable
from ...observation.steps import storage_call
from .schema import migrate

# Rows per statement of a scan over everything, so that no read transaction stays open.
BATCH = 500

# Seconds that a transaction waits for those of other threads and processes.
LOCK_TIMEOUT = 15.0

# A connection has two open descriptors, the file and its log; all connections take at most a
# quarter of those that the process may have.  More than 32 connections are no faster.
_DESCRIPTORS = 2
_SHARE = 4
_MAX_CONNECTIONS = 32

# Errors after which a connection can still be used.
_PASSING = {"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED", "SQLITE_FULL"}

_ALL: weakref.WeakSet[Connections] = weakref.WeakSet()


def pool_size() -> int:
    """Return the number of connections that the limit of open files (`ulimit -n`) allows."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _MAX_CONNECTIONS
    return max(2, min(soft // _SHARE // _DESCRIPTORS, _MAX_CONNECTIONS))


class _Connection(sqlite3.Connection):
    """A connection with the device and inode of the file it was opened to."""

    opened: tuple[int, int] | None = None
    generation = 0


class Connections:
    """The connections of this process to one file, which is created on first use.

    Thread-safe.  At most `size` transactions run at a time; further ones wait.
    """

    def __init__(self, file: Path, timeout: float = LOCK_TIMEOUT, size: int | None = None) -> None:
        self._file = file
        self._timeout = timeout
        self.size = size or pool_size()
        self._idle: list[_Connection] = []
        self._busy: set[_Connection] = set()
        self._inherited: list[_Connection] = []
        self._existed = False
        self._generation = 0  # of the connections that may be used again
        self._make_locks()
        _ALL.add(self)

    def _make_locks(self) -> None:
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self.size)
        # Threads queue at this lock and are woken in turn; at the lock of the file they would
        # poll.
        self._writer = threading.Lock()
        self._local = threading.local()

    # -- transactions --------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that reads one state of the data; in `writing`, the current one."""
        current: _Connection | None = getattr(self._local, "connection", None)
        if current is not None:
            yield current
            return
        with storage_call("sqlite", "read"), self._translated(), self._borrowed() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection whose changes are stored all, or none if the context raises.

        No other thread or process writes meanwhile.
        """
        with (
            storage_call("sqlite", "write"),
            self._only_writer(),
            self._translated(),
            self._borrowed() as connection,
        ):
            connection.execute("BEGIN IMMEDIATE")
            with connection:  # commits, or rolls back
                yield connection

    def close(self) -> None:
        """Close all connections, those in use at their end; the next use opens new ones."""
        self._discard()

    # -- the pool ------------------------------------------------------------------------

    @contextmanager
    def _only_writer(self) -> Iterator[None]:
        if not self._writer.acquire(timeout=self._timeout):
            raise StorageUnavailable(
                f"{self._file.name} is busy: other writes took over {self._timeout:g} seconds"
            )
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def _borrowed(self) -> Iterator[_Connection]:
        """Yield a connection for this thread alone."""
        if self._inherited:
            raise StorageUnavailable(
                f"{self._file.name} was in use when this process was forked off"
            )
        if not self._slots.acquire(timeout=self._timeout):
            raise StorageUnavailable(
                f"all {self.size} connections to {self._file.name} were in use for"
                f" {self._timeout:g} seconds"
            )
        try:
            connection = self._take()
            self._local.connection = connection
            try:
                yield connection
            except sqlite3.Error as error:
                if not _is_passing(error):
                    self._discard()
                raise
            finally:
                self._local.connection = None
                self._give_back(connection)
        except sqlite3.Error as error:
            if not _is_passing(error):
                self._discard()
            raise
        finally:
            self._slots.release()

    def _take(self) -> _Connection:
        """Take an idle connection, or open one.

        Uses the file that replaced the old one, and raises StorageUnavailable if the file was
        taken away: what is written into a file without a name would be acknowledged and lost.
        """
        identity = self._identity()
        if identity is None and self._existed:
            self._discard()
            raise StorageUnavailable(
                f"{self._file} has gone: put it back, or restart to begin with an empty one"
            )
        with self._lock:
            if self._idle and self._idle[-1].opened == identity:
                connection = self._idle.pop()
                self._busy.add(connection)
                return connection
        self._discard_others(identity)
        connection = self._open()
        with self._lock:
            connection.generation = self._generation
            self._busy.add(connection)
            self._existed = True
        return connection

    def _give_back(self, connection: _Connection) -> None:
        with self._lock:
            self._busy.discard(connection)
            if connection.generation == self._generation:
                self._idle.append(connection)
                return
        connection.close()

    def _discard(self) -> None:
        """Close the idle connections now, and those in use when they are given back.

        After an error the next ones see whether the file was mended.  All of them must go:
        while one that was opened read-only is open, SQLite opens the further ones so as well.
        """
        with self._lock:
            self._generation += 1
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    def _discard_others(self, identity: tuple[int, int] | None) -> None:
        """Close the connections to a file that was replaced."""
        with self._lock:
            is_outdated = any(each.opened != identity for each in (*self._idle, *self._busy))
        if is_outdated:
            self._discard()

    def before_fork(self) -> None:
        """Close the idle connections."""
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    def after_fork_in_child(self) -> None:
        """Forget the connections that other threads use in the parent process."""
        self._inherited += self._busy
        self._busy.clear()
        self._make_locks()

    # -- opening -------------------------------------------------------------------------

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
        self._create()
        self._make_log_writable()
        connection = sqlite3.connect(
            self._file,
            timeout=self._timeout,
            isolation_level=None,  # transactions begin explicitly
            check_same_thread=False,  # one thread at a time uses it
            factory=_Connection,
        )
        try:
            self._use_wal(connection)
            # A write that was acknowledged must outlast a power failure: FULL syncs the log
            # with every commit; NORMAL, with WAL, might lose the last commits.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection, str(self._file))
            connection.opened = self._identity()
        except BaseException:
            connection.close()
            raise
        return connection

    def _create(self) -> None:
        """Create an empty file that only its owner can read, since it holds password hashes.

        It is closed before it gets its name: closing it later would end the locks that other
        threads have on it.  The files that SQLite puts beside it have the same mode.
        """
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            if not self._file.exists():
                with atomic_write(self._file, overwrite=False):
                    pass
        except FileExistsError:  # another process was first
            return
        except OSError as error:
            raise StorageUnavailable(
                f"{self._file.name} can't be created: {error.strerror}"
            ) from error

    def _make_log_writable(self) -> None:
        """Give the log files the mode of the file, if only the file is writable again.

        SQLite creates them with the mode that the file has at that time, and opens a file
        whose log it can't write as read-only.
        """
        for suffix in ("-wal", "-shm"):
            log_file = self._file.with_name(self._file.name + suffix)
            if _is_writable(self._file) and log_file.exists() and not _is_writable(log_file):
                with suppress(OSError):  # then SQLite reports that it is read-only
                    log_file.chmod(stat.S_IMODE(self._file.stat().st_mode))

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        """Switch to write-ahead logging, where readers and the writer don't wait for each other.

        The file remembers it.  SQLite does not wait by itself when two processes switch a
        new file at once.
        """
        until = time.monotonic() + self._timeout
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
            raise  # a mistake of the program, not of the file
        except sqlite3.OperationalError as error:
            raise StorageUnavailable(f"{name} does not respond: {error}") from error
        except sqlite3.DatabaseError as error:
            raise StorageUnavailable(
                f"{name} is damaged or no SQLite file ({error}): restore it from a backup"
            ) from error
        except UnicodeEncodeError as error:
            raise BadInput("the text holds half a character (a lone surrogate)") from error


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=True)


def _is_passing(error: sqlite3.Error) -> bool:
    if isinstance(error, sqlite3.IntegrityError):
        return True
    return getattr(error, "sqlite_errorname", None) in _PASSING


def _before_fork() -> None:
    for connections in list(_ALL):
        connections.before_fork()


def _after_fork_in_child() -> None:
    for connections in list(_ALL):
        connections.after_fork_in_child()


# SQLite knows its locks by process: a connection that is open in a forked process, even one
# that is never used there, makes it write without a lock and corrupt the file.
os.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)
