"""One budget of memory for all decodings."""

from __future__ import annotations

import copy
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ..errors import ServerBusy
from .shared_bytes import SharedBytes

# Seconds between looks at what other processes have given back.
_LOOK: Final = 0.01


class DecodingBudget:
    """Bytes that all decodings may take at once, in this process or in several.  Thread-safe.

    Uploads, renditions and previews share one budget, each with its own timeout:
    `budget.with_timeout(seconds)` draws on the same bytes.  Requests are served in the order they
    came, so a large one is not overtaken for ever by small ones; one larger than the budget waits
    until it is alone.
    """

    def __init__(
        self, capacity: int | None, timeout: float | None = None, processes: int = 1
    ) -> None:
        """`capacity` in bytes, None for no limit; `timeout` in seconds, None to wait on.

        With several `processes`, those forked afterwards share the capacity.
        """
        self._pool = _Pool(capacity, processes)
        self._timeout = timeout

    def with_timeout(self, timeout: float | None) -> DecodingBudget:
        """Return the same budget with another timeout."""
        budget = copy.copy(self)
        budget._timeout = timeout
        return budget

    @property
    def in_use(self) -> int:
        """Bytes that this process has reserved now."""
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
    def __init__(self, capacity: int | None, processes: int) -> None:
        self._capacity = capacity
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._shared = SharedBytes(capacity, processes) if capacity and processes > 1 else None
        self.in_use = 0

    def acquire(self, size: int, timeout: float | None) -> int:
        """Wait in line for bytes; return how many are held."""
        if self._capacity is not None:
            size = min(size, self._capacity)
        deadline = None if timeout is None else time.monotonic() + timeout
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                while not (self._waiting[0] is ticket and self._take(size)):
                    self._wait(deadline, timeout)
            finally:
                self._waiting.remove(ticket)
                # The next in line may find room as well.
                self._changed.notify_all()
        return size

    def acquire_now(self, size: int) -> bool:
        """Take bytes that are free, if no other thread waits for them; return whether they were."""
        with self._changed:
            if self._waiting:
                return False
            is_taken = self._take(size)
            if not is_taken and self._shared:
                self._shared.withdraw()
            return is_taken

    def release(self, size: int) -> None:
        with self._changed:
            self.in_use -= size
            if self._shared:
                self._shared.give_back(size)
            self._changed.notify_all()

    def _take(self, size: int) -> bool:
        """Take bytes if they are free; return whether they were."""
        if self._shared:
            if not self._shared.take(size):
                return False
        elif self._capacity is not None and self.in_use + size > self._capacity:
            return False
        self.in_use += size
        return True

    def _wait(self, deadline: float | None, timeout: float | None) -> None:
        """Wait for a change; raises ServerBusy at the deadline."""
        seconds = None if deadline is None else deadline - time.monotonic()
        if seconds is not None and seconds <= 0:
            if self._shared:
                self._shared.withdraw()
            raise ServerBusy(f"no memory for decoding came free within {timeout:g} seconds")
        if self._shared:  # other processes can't notify this one
            seconds = _LOOK if seconds is None else min(seconds, _LOOK)
        self._changed.wait(seconds)


UNLIMITED: Final = DecodingBudget(None)
