"""The threads that requests are handed to."""

from __future__ import annotations

import threading
from typing import Any

from waitress.task import ThreadedTaskDispatcher


class NewestFirst:
    """A condition that wakes the thread which began to wait last.

    Has the methods of `threading.Condition` that waitress calls, each with the lock held.
    """

    def __init__(self, lock: Any) -> None:
        self._lock = lock
        self._waiting: list[threading.Lock] = []

    def wait(self) -> None:
        """Release the lock until this thread is woken."""
        woken = threading.Lock()
        woken.acquire()
        self._waiting.append(woken)
        self._lock.release()
        try:
            woken.acquire()
        finally:
            self._lock.acquire()

    def notify(self) -> None:
        """Wake one thread."""
        if self._waiting:
            self._waiting.pop().release()

    def notify_all(self) -> None:
        """Wake all threads that wait now."""
        while self._waiting:
            self.notify()


class Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Gives each request to the thread that became idle last.

    Its stack and its memory are in the caches of the processor.  `threading.Condition` wakes the
    thread that has waited longest, so that all 48 threads take turns even for a single client.
    """

    def __init__(self) -> None:
        super().__init__()
        self.queue_cv = NewestFirst(self.lock)
