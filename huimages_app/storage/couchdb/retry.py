"""Writing where others write too: queues inside the process, retries against the others."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ...errors import StoreDown
from .client import Conflict

T = TypeVar("T")

_ATTEMPTS = 100


def insist(attempt: Callable[[], T]) -> T:
    """What `attempt` returns once it raises no Conflict; it must read anew every time.

    Somebody wins every round, so this ends; StoreDown if not after a hundred.
    """
    for number in range(_ATTEMPTS):
        try:
            return attempt()
        except Conflict as error:
            conflict = error
            # No two wait equally long, and nobody longer than the others need.
            time.sleep(random.uniform(0, min(0.002 * 2**number, 0.1)))  # noqa: S311
    raise StoreDown(f"CouchDB: {_ATTEMPTS} conflicts in a row") from conflict


class Stripes:
    """Locks by name, so that the threads of a process queue up instead of conflicting.

    A courtesy only: it is the revisions that keep other processes' writes.
    """

    def __init__(self, patience: float) -> None:
        self._locks = [threading.Lock() for _ in range(64)]
        self._patience = patience

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        lock = self._locks[hash(name) % len(self._locks)]
        taken = lock.acquire(timeout=self._patience)
        try:
            yield
        finally:
            if taken:
                lock.release()
