"""Records in SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from ..interfaces import Record, Records
from .codec import dumps
from .connection import PATIENCE, Connections

_BATCH = 500


class SqliteRecords(Records):
    """Records in `file`, which may be that of the metadata.  Any number of threads."""

    def __init__(self, file: Path, *, patience: float = PATIENCE) -> None:
        self._connections = Connections(file, patience)

    def get(self, kind: str, key: str) -> Record | None:
        with self._connections.reading() as db:
            row = db.execute(
                "SELECT document FROM records WHERE kind = ? AND key = ?", [kind, key]
            ).fetchone()
        return json.loads(row[0]) if row else None

    def save(
        self, kind: str, key: str, change: Callable[[Record | None], Record | None]
    ) -> Record | None:
        with self._connections.writing() as db:
            record = change(self.get(kind, key))
            if record is None:
                db.execute("DELETE FROM records WHERE kind = ? AND key = ?", [kind, key])
            else:
                db.execute(
                    "INSERT OR REPLACE INTO records VALUES (?, ?, ?)", [kind, key, dumps(record)]
                )
        return record

    def items(self, kind: str) -> Iterator[tuple[str, Record]]:
        after = ""
        while True:
            with self._connections.reading() as db:
                rows = db.execute(
                    "SELECT key, document FROM records WHERE kind = ? AND key > ?"
                    " ORDER BY key LIMIT ?",
                    [kind, after, _BATCH],
                ).fetchall()
            if not rows:
                return
            for after, document in rows:
                yield after, json.loads(document)

    def close(self) -> None:
        self._connections.close()
