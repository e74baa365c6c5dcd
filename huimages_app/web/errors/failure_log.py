"""Log entries of failed requests, with a bounded number of tracebacks."""

from __future__ import annotations

import logging
import threading
import time

from pyramid.request import Request

from ..secret_paths import loggable

log = logging.getLogger(__name__)

MAX_TRACEBACKS = 20  # in each interval, per process
INTERVAL = 60.0  # seconds


class FailureLog:
    """Logs failed requests.  Thread-safe.

    Every failure is one line.  When storage is down, every request fails: a traceback of about
    5 kB for each of them would fill the disk and bury the first one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began = float("-inf")
        self._written = 0

    def write(self, request: Request, error: Exception) -> None:
        """Log one failed request, with the traceback if the interval has one left."""
        with_traceback = self._take_traceback()
        log.error(
            "request failed method=%s path=%s error=%s: %s%s",
            request.method,
            loggable(request.path),
            type(error).__name__,
            " ".join(str(error).splitlines()),
            "" if with_traceback else " traceback=omitted",
            exc_info=error if with_traceback else None,
        )

    def _take_traceback(self) -> bool:
        with self._lock:
            now = time.monotonic()
            if now >= self._began + INTERVAL:
                self._began, self._written = now, 0
            self._written += 1
            return self._written <= MAX_TRACEBACKS
