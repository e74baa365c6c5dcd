"""Small documents in CouchDB, in a database of their own."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from ..interfaces import Document, DocumentStore
from .codec import text_of
from .database import Database
from .retry import StripedLocks, retry_on_conflict


class CouchDocuments(DocumentStore):
    """Documents `KIND:KEY` of the form {"kind": ..., "key": ..., "record": {...}, "mtime": ...}."""

    def __init__(self, database: Database, locks: StripedLocks) -> None:
        self._database = database
        self._locks = locks

    def get(self, kind: str, key: str) -> Document | None:
        document = self._database.get(f"{kind}:{key}")
        return None if document is None else dict(document["record"])

    def get_many(self, kind: str, keys: Iterable[str]) -> dict[str, Document]:
        by_id = {f"{kind}:{key}": key for key in keys}
        found = self._database.get_many(by_id)
        return {
            by_id[document_id]: dict(document["record"]) for document_id, document in found.items()
        }

    def save(
        self, kind: str, key: str, change: Callable[[Document | None], Document | None]
    ) -> Document | None:
        document_id = f"{kind}:{key}"

        def attempt() -> Document | None:
            document = self._database.get_for_update(document_id)
            record = change(None if document is None else copy.deepcopy(document["record"]))
            if record is not None:
                new = {"_id": document_id, "kind": kind, "key": key, "record": record}
                self._database.put({**(document or {}), **new, "mtime": text_of(datetime.now(UTC))})
            elif document is not None:
                self._database.delete(document)
            return record

        with self._locks.held(document_id):
            return retry_on_conflict(attempt)

    def items(self, kind: str) -> Iterator[tuple[str, Document]]:
        # ";" follows ":" in ASCII.
        for row in self._database.all(f"{kind}:", f"{kind};", documents=True):
            if row["doc"]:
                yield row["doc"]["key"], row["doc"]["record"]
