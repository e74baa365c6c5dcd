"""Counters and durations of a process since its start, for monitoring."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Metrics:
    """Sums by name; a name may hold labels, as in `responses{status="200"}`.  Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sums: Counter[str] = Counter()
        self._seconds: dict[str, float] = {}

    def count(self, name: str, number: int = 1) -> None:
        """Add to a sum."""
        with self._lock:
            self._sums[name] += number

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Count one operation and its seconds, whether it succeeds or not."""
        began = time.monotonic()
        try:
            yield
        finally:
            seconds = time.monotonic() - began
            with self._lock:
                self._sums[name] += 1
                self._seconds[name] = self._seconds.get(name, 0.0) + seconds

    def sums(self) -> dict[str, int]:
        """Return every sum by name."""
        with self._lock:
            return dict(self._sums)

    def seconds(self) -> dict[str, float]:
        """Return the total seconds of all timed operations by name."""
        with self._lock:
            return dict(self._seconds)
