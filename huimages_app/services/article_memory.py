"""Articles kept in memory for some seconds, for their stable URLs."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from ..domain.models import Image
from ..domain.text import clean_reference
from .articles import Article

LIFETIME = 5.0  # seconds: changes of other processes are seen after this time
_MAX_ARTICLES = 2000  # articles


@dataclass(frozen=True)
class _Entry:
    article: Article
    until: float


class ArticleMemory:
    """Remembers what `find` returned, also that an article has no images.  Thread-safe.

    Each article is read at most once in LIFETIME seconds.  `forget` makes changes of this process
    visible at once.
    """

    def __init__(
        self,
        find: Callable[[str, str], Article],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._find = find
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[tuple[str, str], _Entry] = OrderedDict()
        self._changes = 0

    def get(self, key: str, number: str) -> Article:
        """Return an article; raises StorageUnavailable."""
        # As it is stored, which is what `forget` removes.
        number = clean_reference(number)
        name = key, number
        with self._lock:
            entry = self._entries.get(name)
            changes = self._changes
        if entry and entry.until > self._clock():
            return entry.article
        article = self._find(key, number)
        with self._lock:
            # What was read before a change may lack it.
            if changes == self._changes:
                self._entries.pop(name, None)
                self._entries[name] = _Entry(article, self._clock() + LIFETIME)
                if len(self._entries) > _MAX_ARTICLES:
                    self._entries.popitem(last=False)
        return article

    def forget(self, image: Image) -> None:
        """Read the articles of an image again at their next use."""
        with self._lock:
            self._changes += 1
            for key, numbers in image.references.items():
                for number in numbers:
                    self._entries.pop((key, number), None)
