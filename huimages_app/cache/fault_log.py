"""Log lines about faults of the cache disk: one for each kind, not one for each request."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from ..observation import metrics

log = logging.getLogger(__name__)

_REPEAT = 60 * 60  # seconds until a fault that lasts is logged again


class FaultLog:
    """Logs faults of the cache in `root` by operation and errno.  Thread-safe."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._guard = threading.Lock()
        self._logged: dict[tuple[str, int | None], float] = {}
        self._failing: set[str] = set()

    def report(self, operation: str, error: OSError) -> None:
        """Log that an operation failed, at most once an hour for each errno."""
        metrics.CACHE_FAULTS.labels(operation).inc()
        now = time.monotonic()
        kind = (operation, error.errno)
        with self._guard:
            logged = self._logged.get(kind)
            if logged is not None and now - logged < _REPEAT:
                return
            self._logged[kind] = now
            self._failing.add(operation)
        log.error(
            "rendition cache fault, going on without it: operation=%s root=%s error=%s",
            operation,
            self._root,
            error,
        )

    def clear(self, operation: str) -> None:
        """Log that an operation works again, if its failure was logged."""
        if operation not in self._failing:
            return
        with self._guard:
            self._failing.discard(operation)
        log.info("rendition cache works again: operation=%s root=%s", operation, self._root)
