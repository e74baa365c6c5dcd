"""The number of uses of each tag and of its spellings, kept in memory."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ...domain.spellings import shown_spelling
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
        self._spellings: dict[str, dict[str, int]] = {}  # of tags that are not lower case
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
            counts = [self._count(tag) for tag in changed]
            self._enter(
                {tag: uses[tag] for tag, (uses, _) in zip(changed, counts, strict=True)},
                {tag: typed.get(tag, {}) for tag, (_, typed) in zip(changed, counts, strict=True)},
                changed,
                keep=True,
            )
        return self._ranking or []

    def spellings(self, tags: Sequence[str]) -> dict[str, str]:
        """Return the spellings of those tags that are not shown in lower case.

        They are looked up in memory, or counted for one tag before all tags were counted.
        """
        if not tags:
            return {}
        if len(tags) == 1 and self._ranking is None:
            typed = self._count_spellings(tags[0])
            counts = Counter() if not typed else self._count_uses(tags[0])
        else:
            self.ranking()
            with self._lock:
                typed = {tag: self._spellings.get(tag, {}) for tag in tags}
                counts = Counter({tag: self._counts.get(tag, 0) for tag in tags})
        shown = {tag: shown_spelling(tag, counts[tag], typed.get(tag, {})) for tag in tags}
        return {tag: spelling for tag, spelling in shown.items() if spelling != tag}

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
        counts, spellings = self._count()
        end = time.monotonic()
        with self._lock:
            self._due = end + max(_MIN_AGE, _COST * (end - start))
        self._enter(counts, spellings, changed, keep=False)

    def _enter(
        self,
        counts: dict[str, int],
        spellings: dict[str, dict[str, int]],
        changed: dict[str, int],
        *,
        keep: bool,
    ) -> None:
        """Enter counts that include the changes `changed`, and `keep` those of other tags."""
        with self._lock:
            self._counts = {**(self._counts if keep else {}), **counts}
            self._spellings = {**(self._spellings if keep else {}), **spellings}
            ranking = ((tag, number) for tag, number in self._counts.items() if number)
            self._ranking = sorted(ranking, key=lambda item: (-item[1], item[0]))
            self._changed = {tag: n for tag, n in self._changed.items() if changed.get(tag) != n}

    def _count(self, tag: str | None = None) -> tuple[Counter[str], dict[str, dict[str, int]]]:
        return self._count_uses(tag), self._count_spellings(tag)

    def _count_uses(self, tag: str | None = None) -> Counter[str]:
        """Count the uses of one tag or of all."""
        # Tags that differ in nothing CouchDB sorts by, such as the variation selector of an
        # emoji, are one row, or take turns in several.
        counts: Counter[str] = Counter()
        for row in self._visitors.rows("by_tag", group_level=1, **_within(tag)):
            counts[row["key"][0]] += row["value"]
        return counts

    def _count_spellings(self, tag: str | None = None) -> dict[str, dict[str, int]]:
        """Count the spellings of one tag or of all: tag -> spelling -> uses."""
        counts: dict[str, dict[str, int]] = {}
        for row in self._visitors.rows("by_spelling", group_level=2, **_within(tag)):
            found, spelling = row["key"]
            of_tag = counts.setdefault(found, {})
            of_tag[spelling] = of_tag.get(spelling, 0) + row["value"]
        return counts


def _within(tag: str | None) -> dict[str, Any]:
    """Return the range of a tag in a view; all rows for None."""
    return {} if tag is None else {"startkey": [tag], "endkey": [tag, {}]}
