"""Locks by name that hold across threads and across processes.

Each name has a separate lock file while it is held or awaited, so different names never
wait for each other.  The kernel releases the lock when the process that holds it ends.
Why this is not the package filelock: docs/decisions/022.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from ..errors import ServerBusy

_POLL = 0.002, 0.05  # seconds between attempts while another process holds the lock: first, longest


class FileLocks:
    """Locks whose files lie in `folder`, which must exist.  Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        # Within the process: the lock of each name, and the number of threads that use it.
        self._local: dict[str, tuple[threading.Lock, int]] = {}

    @contextlib.contextmanager
    def acquire(self, name: str, seconds: float) -> Iterator[None]:
        """Hold the lock, waiting for at most `seconds`; raises ServerBusy, OSError."""
        end = time.monotonic() + seconds
        with self.acquire_in_process(name, seconds):
            descriptor = self._locked_file(name, end)
            try:
                yield
            finally:
                # Removed while still locked: `_is_at` reports it to those that opened it already.
                # Where the disk does not allow it any more, the file stays until a start.
                with contextlib.suppress(OSError):
                    self._path(name).unlink()
                # Explicitly, since a forked child may have the descriptor open as well.
                fcntl.flock(descriptor, fcntl.LOCK_UN)
                os.close(descriptor)

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

    def _locked_file(self, name: str, end: float) -> int:
        path = self._path(name)
        wait, longest = _POLL
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if _try_lock(descriptor) and _is_at(descriptor, path):
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)
            if time.monotonic() >= end:
                raise _busy(name)
            time.sleep(wait)
            wait = min(2 * wait, longest)

    def _path(self, name: str) -> Path:
        return self._folder / hashlib.sha256(name.encode()).hexdigest()


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    """Return whether the locked file still has that name and was not removed meanwhile."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _busy(name: str) -> ServerBusy:
    return ServerBusy(f"{name} is being made by another request; try again in a moment")
