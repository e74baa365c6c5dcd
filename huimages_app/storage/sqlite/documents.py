"""Small documents in SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from ..interfaces import Document, DocumentStore
from .codec import dumps
from .connection import BATCH, Connections


class SqliteDocuments(DocumentStore):
    """Documents in the table `records`."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, kind: str, key: str) -> Document | None:
        with self._connections.reading() as db:
            row = db.execute(
                "SELECT document FROM records WHERE kind = ? AND key = ?", [kind, key]
            ).fetchone()
        return json.loads(row[0]) if row else None

    def get_many(self, kind: str, keys: Iterable[str]) -> dict[str, Document]:
        wanted = list(keys)
        with self._connections.reading() as db:
            rows = db.execute(
                "SELECT key, document FROM records WHERE kind = ?"
                " AND key IN (SELECT value FROM json_each(?))",
                [kind, dumps(wanted)],
            ).fetchall()
        found = dict(rows)
        return {key: json.loads(found[key]) for key in wanted if key in found}

    def save(
        self, kind: str, key: str, change: Callable[[Document | None], Document | None]
    ) -> Document | None:
        with self._connections.writing() as db:
            record = change(self.get(kind, key))
            if record is None:
                db.execute("DELETE FROM records WHERE kind = ? AND key = ?", [kind, key])
            else:
                db.execute(
                    "INSERT OR REPLACE INTO records VALUES (?, ?, ?)", [kind, key, dumps(record)]
                )
        return record

    def items(self, kind: str) -> Iterator[tuple[str, Document]]:
        after = ""
        while True:
            with self._connections.reading() as db:
                rows = db.execute(
                    "SELECT key, document FROM records WHERE kind = ? AND key > ?"
                    " ORDER BY key LIMIT ?",
                    [kind, after, BATCH],
                ).fetchall()
            if not rows:
                return
            for after, document in rows:
                yield after, json.loads(document)
