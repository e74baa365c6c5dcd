"""A bounded number of renderings at once, and a bounded number waiting for their turn."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import Busy


class Slots:
    """`at_once` may work, `waiting` more may stand in line, each for `timeout` seconds.

    `requests` may want renditions at all, those that wait for what another one makes too.

    Decoding fills memory and cores; a line without an end fills the server's threads,
    and then nothing else is answered either.  Thread-safe.
    """

    def __init__(self, at_once: int, waiting: int, timeout: float, requests: int = 1000) -> None:
        self._working = threading.BoundedSemaphore(at_once)
        self._in_line = threading.BoundedSemaphore(at_once + waiting)
        self._admitted = threading.BoundedSemaphore(requests)
        self._timeout = timeout
        self._lock = threading.Lock()
        self._load = [0, 0]  # working, waiting

    def load(self) -> tuple[int, int]:
        """How many work at the moment, and how many stand in line."""
        with self._lock:
            return self._load[0], self._load[1]

    def _change(self, working: int, waiting: int) -> None:
        with self._lock:
            self._load[0] += working
            self._load[1] += waiting

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Be one of those who want a rendition; raises Busy if there are too many."""
        if not self._admitted.acquire(blocking=False):
            raise Busy("too many pictures are waited for at the moment")
        try:
            yield
        finally:
            self._admitted.release()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a slot; raises Busy if the line is full, or does not move in time."""
        if not self._in_line.acquire(blocking=False):
            raise Busy("too many pictures are being made at the moment")
        try:
            self._change(0, +1)
            try:
                has_slot = self._working.acquire(timeout=self._timeout)
            finally:
                self._change(0, -1)
            if not has_slot:
                raise Busy("making other pictures takes too long at the moment")
            self._change(+1, 0)
            try:
                yield
            finally:
                self._change(-1, 0)
                self._working.release()
        finally:
            self._in_line.release()
