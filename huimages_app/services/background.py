"""One thread for work that can wait until after the response."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from ..errors import UnknownImage
from ..observation import metrics

log = logging.getLogger(__name__)

Job = Callable[[], object]


class Worker:
    """Runs jobs one after the other in a thread, which the first job starts.

    At most `limit` jobs wait; a key that waits already is not queued again.  A failing job is
    logged and the next one runs; an image removed since is no failure.  Thread-safe.
    """

    def __init__(self, limit: int = 1000) -> None:
        self._jobs: queue.Queue[tuple[str, Job] | None] = queue.Queue()
        self._limit = limit
        self._waiting: set[str] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, key: str, job: Job) -> bool:
        """Queue a job; return whether it was accepted (not if full, closed or waiting already)."""
        with self._lock:
            if self._closed or key in self._waiting:
                return False
            if len(self._waiting) >= self._limit:
                metrics.BACKGROUND_JOBS.labels("dropped").inc()
                return False
            self._waiting.add(key)
            metrics.BACKGROUND_WAITING.inc()
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="huimages-worker", daemon=True
                )
                self._thread.start()
            self._jobs.put((key, job))
            return True

    def join(self) -> None:
        """Wait until everything submitted so far is done."""
        self._jobs.join()

    def close(self) -> None:
        """Finish the running job, drop the others, end the thread."""
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._jobs.put(None)
            thread.join()

    def _work(self) -> None:
        while (entry := self._jobs.get()) is not None:
            key, job = entry
            try:
                if not self._closed:
                    metrics.BACKGROUND_JOBS.labels(_result(key, job)).inc()
            finally:
                with self._lock:
                    self._waiting.discard(key)
                metrics.BACKGROUND_WAITING.dec()
                self._jobs.task_done()
        self._jobs.task_done()


def _result(key: str, job: Job) -> str:
    """Run a job; return `done` or `failed`."""
    try:
        job()
    except UnknownImage as error:
        log.debug("job without an image: key=%s error=%s", key, error)
    except Exception:
        # No caller waits for the result, and the next job must still run.
        log.exception("background job failed: key=%s", key)
        return "failed"
    return "done"
