"""Limits on concurrent work, and running one function on many items in threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

from ..errors import ServerBusy
from ..observation import metrics
from ..observation.steps import step

Item = TypeVar("Item")
Result = TypeVar("Result")

# Items per thread that are running or taken from their source: a free thread finds the next
# one ready, and a source of a million items is never in memory as a whole.
_AHEAD = 2


def in_parallel(
    function: Callable[[Item], Result], items: Iterable[Item], jobs: int
) -> Generator[Result, None, None]:
    """Yield the result of `function` for each item, in the order of completion.

    Runs in `jobs` threads.  After an exception of `function`, or when the generator is
    closed, no new call begins and the running ones are waited for.
    """
    with ThreadPoolExecutor(jobs) as pool:
        running: set[Future[Result]] = set()
        try:
            for item in items:
                running.add(pool.submit(function, item))
                while len(running) >= _AHEAD * jobs:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from [future.result() for future in done]
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from [future.result() for future in done]
        finally:
            pool.shutdown(cancel_futures=True)


class RenderLimiter:
    """`at_once` renderings run, `waiting` more may queue, each for `timeout` seconds.

    `requests` bounds all requests for renditions that are not cached, including those that
    wait for a rendering by another request.  Without the bounds decoding would fill memory
    and cores, and the queue all threads of the server.  Thread-safe.
    """

    def __init__(self, at_once: int, waiting: int, timeout: float, requests: int = 1000) -> None:
        self._working = threading.BoundedSemaphore(at_once)
        self._in_line = threading.BoundedSemaphore(at_once + waiting)
        self._admitted = threading.BoundedSemaphore(requests)
        self._timeout = timeout

    def _refusal(self, message: str) -> ServerBusy:
        metrics.RENDITIONS.labels("refused").inc()
        return ServerBusy(message)

    @contextmanager
    def admission(self) -> Iterator[None]:
        """Enter the admission queue; raises ServerBusy if it is full."""
        if not self._admitted.acquire(blocking=False):
            raise self._refusal("too many requests wait for pictures; try again in a moment")
        try:
            yield
        finally:
            self._admitted.release()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a rendering slot; raises ServerBusy if the queue is full or too slow."""
        if not self._in_line.acquire(blocking=False):
            raise self._refusal("too many pictures are being rendered; try again in a moment")
        try:
            with metrics.RENDITIONS_WAITING.track_inprogress(), step("wait"):
                has_slot = self._working.acquire(timeout=self._timeout)
            if not has_slot:
                raise self._refusal(
                    "rendering other pictures takes too long; try again in a moment"
                )
            try:
                with metrics.rendering():
                    yield
            finally:
                self._working.release()
        finally:
            self._in_line.release()
