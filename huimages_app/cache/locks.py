"""Locks by name that hold across threads and across processes.

Each name has a lock file of its own while somebody holds or awaits it, so different
names never wait for each other.  The kernel lets go of the lock when its holder dies.
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

from ..errors import Busy

_POLL = 0.002, 0.05  # seconds between looks at a lock that another process holds: first, longest


class NamedLocks:
    """Locks whose files lie in `folder`, which has to be there.  Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        # Within the process: the lock of each name, and how many threads want it.
        self._local: dict[str, tuple[threading.Lock, int]] = {}

    @contextlib.contextmanager
    def held(self, name: str, seconds: float) -> Iterator[None]:
        """Hold the lock, waiting for at most `seconds`; raises Busy, OSError."""
        end = time.monotonic() + seconds
        with self.held_here(name, seconds):
            descriptor = self._locked_file(name, end)
            try:
                yield
            finally:
                # Removed while still locked: whoever opened it already will notice.
                with contextlib.suppress(FileNotFoundError):
                    self._path(name).unlink()
                # Explicitly, for a forked child may have the descriptor open as well.
                fcntl.flock(descriptor, fcntl.LOCK_UN)
                os.close(descriptor)

    @contextlib.contextmanager
    def held_here(self, name: str, seconds: float) -> Iterator[None]:
        """The same among the threads of this process only; needs no disk."""
        with self._guard:
            lock, wanted = self._local.get(name, (threading.Lock(), 0))
            self._local[name] = (lock, wanted + 1)
        try:
            if not lock.acquire(timeout=seconds):
                raise _busy(name)
            try:
                yield
            finally:
                lock.release()
        finally:
            with self._guard:
                lock, wanted = self._local[name]
                if wanted > 1:
                    self._local[name] = (lock, wanted - 1)
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
    """Whether the locked file is still the one of that name, not one removed meanwhile."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _busy(name: str) -> Busy:
    return Busy(f"somebody else has been busy with {name} for too long; try again in a moment")
