"""Writing documents that other threads and processes write, too."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ...errors import StorageUnavailable
from .database import Conflict

T = TypeVar("T")

_ATTEMPTS = 100


def retry_on_conflict(attempt: Callable[[], T]) -> T:
    """Call `attempt`, which reads and writes, until it raises no Conflict.

    One process succeeds in every round; raises StorageUnavailable after a hundred rounds.
    """
    for number in range(_ATTEMPTS):
        try:
            return attempt()
        except Conflict as error:
            conflict = error
            # Random waits, or the same processes would meet again.
            time.sleep(random.uniform(0, min(0.002 * 2**number, 0.1)))  # noqa: S311
    raise StorageUnavailable(f"CouchDB: {_ATTEMPTS} conflicts in a row") from conflict


class StripedLocks:
    """Locks by name, which keep the threads of a process from conflicting.

    They only save retries: revisions protect the writes of other processes.
    """

    def __init__(self, timeout: float) -> None:
        self._locks = [threading.Lock() for _ in range(64)]
        self._timeout = timeout

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Hold the lock of a name, or go on without it after the timeout."""
        lock = self._locks[hash(name) % len(self._locks)]
        is_held = lock.acquire(timeout=self._timeout)
        try:
            yield
        finally:
            if is_held:
                lock.release()
