"""Documents in CouchDB: small documents about people, in a database of their own."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

from ..interfaces import Document, DocumentStore
from .client import Database
from .retry import StripedLocks, retry_on_conflict


class CouchDocuments(DocumentStore):
    """Documents `KIND:KEY` in one database: {"kind": …, "key": …, "record": {…}}."""

    def __init__(self, database: Database, stripes: StripedLocks) -> None:
        self._database = database
        self._stripes = stripes

    def get(self, kind: str, key: str) -> Document | None:
        document = self._database.get(f"{kind}:{key}")
        return None if document is None else dict(document["record"])

    def save(
        self, kind: str, key: str, change: Callable[[Document | None], Document | None]
    ) -> Document | None:
        identifier = f"{kind}:{key}"

        def attempt() -> Document | None:
            document = self._database.get(identifier)
            record = change(None if document is None else copy.deepcopy(document["record"]))
            if record is not None:
                named = {"_id": identifier, "kind": kind, "key": key, "record": record}
                self._database.put({**(document or {}), **named})
            elif document is not None:
                self._database.delete(document)
            return record

        with self._stripes.held(identifier):
            return retry_on_conflict(attempt)

    def items(self, kind: str) -> Iterator[tuple[str, Document]]:
        # ";" is what comes behind ":".
        for row in self._database.all(f"{kind}:", f"{kind};", documents=True):
            if row["doc"]:
                yield row["doc"]["key"], row["doc"]["record"]
