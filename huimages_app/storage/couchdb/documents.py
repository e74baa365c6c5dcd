"""Records in CouchDB: small documents about people, in a database of their own."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

from ..interfaces import Record, Records
from . import install_views
from .client import Server
from .retry import Stripes, insist


class CouchRecords(Records):
    """Documents `KIND:KEY` in one database: {"kind": …, "key": …, "record": {…}}."""

    def __init__(self, server: Server, database: str = "huimages_accounts") -> None:
        self._server = server
        self._database = server.database(database)
        self._stripes = Stripes(patience=server.session.timeout)

    def setup(self) -> list[str]:
        return [install_views.create(self._database)]

    def prepare(self) -> None:
        install_views.log_refusal(lambda: install_views.create(self._database))

    def get(self, kind: str, key: str) -> Record | None:
        document = self._database.get(f"{kind}:{key}")
        return None if document is None else dict(document["record"])

    def save(
        self, kind: str, key: str, change: Callable[[Record | None], Record | None]
    ) -> Record | None:
        identifier = f"{kind}:{key}"

        def attempt() -> Record | None:
            document = self._database.get(identifier)
            record = change(None if document is None else copy.deepcopy(document["record"]))
            if record is not None:
                named = {"_id": identifier, "kind": kind, "key": key, "record": record}
                self._database.put({**(document or {}), **named})
            elif document is not None:
                self._database.delete(document)
            return record

        with self._stripes.held(identifier):
            return insist(attempt)

    def items(self, kind: str) -> Iterator[tuple[str, Record]]:
        # ";" is what comes behind ":".
        for row in self._database.all(f"{kind}:", f"{kind};", documents=True):
            if row["doc"]:
                yield row["doc"]["key"], row["doc"]["record"]

    def close(self) -> None:
        self._server.close()
