"""Compared tables that wait until an editor applies them."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from ...errors import BadInput
from ...storage.interfaces import DocumentStore

_HEAD, _PART = "table", "table-part"
_PART_SIZE = 200  # rows in one document
_KEPT = timedelta(days=1)


class Drafts:
    """Changed rows by the ID of their draft, in the document store.  Thread-safe.

    Drafts of an editor on one node are applied on any other.  They are removed after a day.
    """

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    def add(self, items: Iterable[dict[str, Any]]) -> str:
        """Store items and return the ID of the draft, which cannot be guessed."""
        self._remove_old()
        draft_id = secrets.token_hex(16)
        head = {"created": datetime.now(UTC).isoformat(), "parts": 0}
        # The head first, so that a draft that was interrupted is found and removed.
        self._documents.save(_HEAD, draft_id, lambda _: head)
        remaining = iter(items)
        for number in itertools.count():
            batch = list(itertools.islice(remaining, _PART_SIZE))
            if not batch:
                break
            self._documents.save(_PART, _key(draft_id, number), lambda _, b=batch: {"items": b})  # type: ignore[misc]
            head = {**head, "parts": number + 1}
            self._documents.save(_HEAD, draft_id, lambda _, h=head: h)  # type: ignore[misc]
        return draft_id

    def items(self, draft_id: str) -> Iterator[dict[str, Any]]:
        """Return the items; raises BadInput if the draft was applied or is too old."""
        head = self._documents.get(_HEAD, draft_id)
        if head is None:
            raise BadInput(
                "this table was applied already, or a day has passed; upload it once more"
            )
        return self._parts(draft_id, head["parts"])

    def remove(self, draft_id: str) -> None:
        """Remove a draft."""
        head = self._documents.get(_HEAD, draft_id) or {"parts": 0}
        # One part more: an interrupted draft may have stored it without counting it.
        for number in range(head["parts"] + 1):
            self._documents.save(_PART, _key(draft_id, number), lambda _: None)
        self._documents.save(_HEAD, draft_id, lambda _: None)

    def _parts(self, draft_id: str, count: int) -> Iterator[dict[str, Any]]:
        for number in range(count):
            part = self._documents.get(_PART, _key(draft_id, number)) or {"items": []}
            yield from part["items"]

    def _remove_old(self) -> None:
        oldest = datetime.now(UTC) - _KEPT
        old = [
            draft_id
            for draft_id, head in self._documents.items(_HEAD)
            if datetime.fromisoformat(head["created"]) < oldest
        ]
        for draft_id in old:
            self.remove(draft_id)


def _key(draft_id: str, number: int) -> str:
    return f"{draft_id}-{number:05}"
