"""The frequency of words in the search views, remembered for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_AGE = 600.0  # seconds; an old count at most chooses a word that is no longer the rarest
_MAX_WORDS = 10_000  # words remembered, before all of them are forgotten


class WordCounts:
    """Counts words for the choice of the rarest one.

    A page, its count and the next pages choose among the same words, and two requests count one
    word.  Thread-safe.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[bool, str], tuple[float, int]] = {}

    def count(self, trashed: bool, word: str, count: Callable[[], int]) -> int:
        """Return the number of rows with a word, which `count` reads if it is not known."""
        now = time.monotonic()
        with self._lock:
            end, known = self._counts.get((trashed, word), (0.0, 0))
        if now < end:
            return known
        found = count()
        with self._lock:
            if len(self._counts) >= _MAX_WORDS:
                self._counts.clear()
            self._counts[trashed, word] = (now + _AGE, found)
        return found
