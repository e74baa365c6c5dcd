"""The number of uses of each tag, kept in memory."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ...errors import StorageUnavailable
from .database import Database

_MIN_AGE = 10.0  # seconds between two counts of all tags
_COST = 50  # and at least this many times as long as the last count took
_MAX_CHANGED = 20  # tags counted one by one

_log = logging.getLogger(__name__)


class TagCounts:
    """Counts all tags once, and again in the background at later requests.

    CouchDB adds up the rows of all tags for a request, which takes a second with 50,000
    images.  Tags that this process changes are counted again at the next request; changes
    of other processes appear with the next count of all tags.  Thread-safe.
    """

    def __init__(self, visitors: Database) -> None:
        self._visitors = visitors
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._ranking: list[tuple[str, int]] | None = None
        self._changed: dict[str, int] = {}  # tag -> number of its last change
        self._changes = 0
        self._due = 0.0
        self._is_counting = False

    def mark_changed(self, tags: Iterable[str]) -> None:
        """Have these tags counted again at the next request."""
        with self._lock:
            self._changes += 1
            self._changed |= dict.fromkeys(tags, self._changes)

    def ranking(self) -> list[tuple[str, int]]:
        """Return all tags with their counts, most used first.  Raises StorageUnavailable."""
        with self._lock:
            changed = dict(self._changed)
            is_unknown = self._ranking is None or len(changed) > _MAX_CHANGED
            is_due = time.monotonic() >= self._due and not (is_unknown or self._is_counting)
            self._is_counting = self._is_counting or is_due
        if is_unknown:
            self._count_all()
        elif is_due:
            threading.Thread(target=self._refresh, name="tag counts", daemon=True).start()
        if changed and not is_unknown:
            self._enter({tag: self._count(tag)[tag] for tag in changed}, changed, keep=True)
        return self._ranking or []

    def _refresh(self) -> None:
        try:
            self._count_all()
        except StorageUnavailable as error:
            _log.warning("tags not counted error=%s", error)
        finally:
            self._is_counting = False

    def _count_all(self) -> None:
        with self._lock:
            changed = dict(self._changed)
        start = time.monotonic()
        counts = self._count()
        end = time.monotonic()
        with self._lock:
            self._due = end + max(_MIN_AGE, _COST * (end - start))
        self._enter(counts, changed, keep=False)

    def _enter(self, counts: dict[str, int], changed: dict[str, int], *, keep: bool) -> None:
        """Enter counts that include the changes `changed`, and `keep` those of other tags."""
        with self._lock:
            self._counts = {**(self._counts if keep else {}), **counts}
            ranking = ((tag, number) for tag, number in self._counts.items() if number)
            self._ranking = sorted(ranking, key=lambda item: (-item[1], item[0]))
            self._changed = {tag: n for tag, n in self._changed.items() if changed.get(tag) != n}

    def _count(self, tag: str | None = None) -> Counter[str]:
        """Count the uses of one tag or of all."""
        within: dict[str, Any] = {} if tag is None else {"startkey": [tag], "endkey": [tag, {}]}
        # Tags that differ in nothing CouchDB sorts by, such as the variation selector of an
        # emoji, are one row, or take turns in several.
        counts: Counter[str] = Counter()
        for row in self._visitors.rows("by_tag", group_level=1, **within):
            counts[row["key"][0]] += row["value"]
        return counts
