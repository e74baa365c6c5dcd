"""One budget of memory for all decodings of a process."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ..errors import ServerBusy


class DecodingBudget:
    """Bytes that all decodings of a process may take at once.  Thread-safe.

    Uploads, renditions and previews share one budget, each with its own patience:
    `budget.with_timeout(seconds)` draws on the same bytes.  Requests are served in the
    order they came, so a large one is not overtaken for ever by small ones; one larger
    than the budget waits until it is alone.
    """

    def __init__(self, capacity: int | None, timeout: float | None = None) -> None:
        """`capacity` in bytes, None for no limit; `timeout` in seconds, None to wait on."""
        self._pool = _Pool(capacity)
        self._timeout = timeout

    def with_timeout(self, timeout: float | None) -> DecodingBudget:
        """Return the same budget with another patience."""
        budget = DecodingBudget(None, timeout)
        budget._pool = self._pool
        return budget

    @property
    def in_use(self) -> int:
        """Bytes that are reserved now."""
        return self._pool.in_use

    @contextmanager
    def reserve(self, size: int) -> Iterator[None]:
        """Hold `size` bytes of the budget.  Raises ServerBusy if they are not free in time."""
        size = self._pool.acquire(size, self._timeout)
        try:
            yield
        finally:
            self._pool.release(size)

    @contextmanager
    def reserve_now(self, size: int) -> Iterator[bool]:
        """Hold `size` bytes of the budget if they are free; yield whether they were."""
        if not self._pool.acquire_now(size):
            yield False
            return
        try:
            yield True
        finally:
            self._pool.release(size)


class _Pool:
    def __init__(self, capacity: int | None) -> None:
        self._capacity = capacity
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self.in_use = 0

    def acquire(self, size: int, timeout: float | None) -> int:
        """Wait in line for bytes; return how many are held."""
        if self._capacity is not None:
            size = min(size, self._capacity)
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                if not self._changed.wait_for(lambda: self._is_next(ticket, size), timeout):
                    raise ServerBusy(f"no memory for decoding came free within {timeout:g} seconds")
                self.in_use += size
            finally:
                self._waiting.remove(ticket)
                # The next in line may find room as well.
                self._changed.notify_all()
        return size

    def acquire_now(self, size: int) -> bool:
        """Take bytes that are free, if none waits for them; return whether they were."""
        with self._changed:
            is_free = self._capacity is None or self.in_use + size <= self._capacity
            if self._waiting or not is_free:
                return False
            self.in_use += size
            return True

    def release(self, size: int) -> None:
        with self._changed:
            self.in_use -= size
            self._changed.notify_all()

    def _is_next(self, ticket: object, size: int) -> bool:
        free = self._capacity is None or self.in_use + size <= self._capacity
        return free and self._waiting[0] is ticket


UNLIMITED: Final = DecodingBudget(None)
