"""Locks by name that hold across threads and across processes.

Among processes, the lock of a name is one byte of a file, at an offset that is the hash of the
name: to lock and to unlock it takes one system call each.  The kernel releases the locks of a
process when it ends.  Why this is not the package filelock: docs/decisions/022.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import struct
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

from ..errors import ServerBusy

_POLL = 0.002, 0.05  # seconds between attempts while another process holds the lock: first, longest
_HASH = 7  # bytes: every hash is an offset that a file can have
_FLOCK = struct.Struct("hhqqi0q")  # struct flock: type, whence, start, length, process


class FileLocks:
    """Locks in the file `path`, which is made in its folder.  Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: _LockFile | None = None
        self._guard = threading.Lock()
        # Within the process: the lock of each name, and the number of threads that use it.
        self._local: dict[str, tuple[threading.Lock, int]] = {}

    @contextlib.contextmanager
    def acquire(self, name: str, seconds: float) -> Iterator[None]:
        """Hold the lock, waiting for at most `seconds`; raises ServerBusy, OSError."""
        end = time.monotonic() + seconds
        with self.acquire_in_process(name, seconds):
            file, offset = self._opened(), _offset(name)
            wait, longest = _POLL
            while not file.try_lock(offset):
                if time.monotonic() >= end:
                    raise _busy(name)
                time.sleep(wait)
                wait = min(2 * wait, longest)
            try:
                yield
            finally:
                file.unlock(offset)

    @contextlib.contextmanager
    def acquire_in_process(self, name: str, seconds: float) -> Iterator[None]:
        """Hold the lock among the threads of this process only, without a disk."""
        with self._guard:
            lock, users = self._local.get(name, (threading.Lock(), 0))
            self._local[name] = (lock, users + 1)
        try:
            if not lock.acquire(timeout=seconds):
                raise _busy(name)
            try:
                yield
            finally:
                lock.release()
        finally:
            with self._guard:
                lock, users = self._local[name]
                if users > 1:
                    self._local[name] = (lock, users - 1)
                else:
                    del self._local[name]

    def _opened(self) -> _LockFile:
        with self._guard:
            if self._file is None or not self._file.is_usable():
                self._file = _LockFile(self._path)
            return self._file


class _LockFile:
    """An open file whose bytes are locked; closed with the last reference to it."""

    def __init__(self, path: Path) -> None:
        self._process = os.getpid()
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # Not at the exit of the process, where threads in the background may hold locks.
        weakref.finalize(self, os.close, self._descriptor).atexit = False

    def is_usable(self) -> bool:
        """Return whether other processes find the file, and this process has opened it.

        A forked process shares the locks of what it has inherited.
        """
        return self._process == os.getpid() and os.fstat(self._descriptor).st_nlink > 0

    def try_lock(self, offset: int) -> bool:
        """Lock a byte; return False if another process has locked it."""
        try:
            self._set(fcntl.F_WRLCK, offset)
        except BlockingIOError:
            return False
        return True

    def unlock(self, offset: int) -> None:
        self._set(fcntl.F_UNLCK, offset)

    def _set(self, kind: int, offset: int) -> None:
        # Locks of the open file.  Those of the process, F_SETLK, end when any thread closes any
        # descriptor of the file.
        request = _FLOCK.pack(kind, os.SEEK_SET, offset, 1, 0)
        fcntl.fcntl(self._descriptor, fcntl.F_OFD_SETLK, request)


def _offset(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=_HASH).digest(), "big")


def _busy(name: str) -> ServerBusy:
    return ServerBusy(f"{name} is being made by another request; try again in a moment")
