"""One CouchDB database: documents, revisions, rows of views, changes.

Errors of the PyPI client end here: they become values, `Conflict` or StorageUnavailable.

Writes in a cluster: CouchDB responds with 201 when most copies of the document accepted the
write, and with 202 when only some did, because another process wrote through another node.
Then two revisions of the document exist, and CouchDB shows only one of them.  So

- after a 202, `put` reads the revisions of all copies.  If another one is live, it deletes its
  own and raises Conflict, so that the caller applies its change to the other one;
- `get_for_update` merges revisions that conflict, and `put` deletes them once the merged one
  was stored with 201.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from ...errors import BadInput, HuimagesError, StorageUnavailable
from .revisions import content_of, current_documents, follows
from .transport import Transport, couchdb

Document = dict[str, Any]  # JSON as stored, with _id, _rev and unknown fields
Row = dict[str, Any]  # a row of a view: id, key, value and, if requested, doc
Merge = Callable[[Sequence[Document]], Document]  # of revisions, the current one first

DESIGN = "huimages"
PIECE = 500  # documents per request when all are read
_CHANGES = 5000  # changes per request when all are read


class Conflict(HuimagesError):
    """The document was changed since it was read.  Never leaves this package."""


class Forbidden(StorageUnavailable):
    """The account has no right to do this, or does not exist."""


class Database:
    """One database.  Thread-safe.  Every method raises StorageUnavailable."""

    def __init__(
        self,
        transport: Transport,
        name: str,
        resource: couchdb.http.Resource,
        merge: Merge | None = None,
    ) -> None:
        self.name = name
        self._transport = transport
        self._resource = resource
        self._merge = merge
        self._merged_until: Any = None  # position in the changes feed

    # -- one document

    def get(self, document_id: str, **options: str) -> Document | None:
        """Return the document; None if it does not exist or was deleted."""
        with self._translated():
            try:
                _, _, document = self._of(document_id).get_json(**options)
            except couchdb.ResourceNotFound as error:
                self._require_database(error)
                return None
            if document["_id"] != document_id:
                raise ValueError("another document was sent")
            return dict(document)

    def get_for_update(self, document_id: str) -> Document | None:
        """Return the document, merged with the revisions in its `_conflicts`.

        `put` and `delete` also delete these revisions.
        """
        document = self.get(document_id, conflicts="true")
        if document is None or self._merge is None or "_conflicts" not in document:
            return document
        revs = json.dumps(document.pop("_conflicts"))
        losers = self._live_leaves(document_id, open_revs=revs)
        if not losers:
            return document
        attached = {name for loser in losers for name in loser.get("_attachments") or {}}
        if attached - {*(document.get("_attachments") or {})}:
            losers = self._live_leaves(document_id, open_revs=revs, attachments="true")
        own = {"_id": document_id, "_rev": document["_rev"]}
        return self._merge([document, *losers]) | own | {"_conflicts": [d["_rev"] for d in losers]}

    def put(self, document: Document) -> Document:
        """Store the document in place of the revision it names; return it with its new one.

        Raises Conflict if that is not the current revision.  If the response to an earlier
        attempt was lost, but the document was stored, that is a success.
        """
        merged = document.get("_conflicts", [])
        document = {key: value for key, value in document.items() if key != "_conflicts"}
        try:
            is_stored, rev = self._write(document)
        except Conflict:
            current = self.get(document["_id"])
            if current is None or content_of(current) != content_of(document):
                raise
            is_stored, rev = False, current["_rev"]  # its status was lost
        if not is_stored:
            self._resolve(document["_id"], rev, merged)
        elif merged:
            self._delete_revisions(document["_id"], merged)
        return {**document, "_rev": rev}

    def delete(self, document: Document) -> None:
        """Delete this revision of the document; does nothing if the document is gone.

        Raises Conflict if it is not the current revision.
        """
        document_id = document["_id"]
        try:
            is_stored, rev = self._write(
                {"_id": document_id, "_rev": document["_rev"], "_deleted": True}
            )
        except Conflict:
            if self.get(document_id) is not None:
                raise
            return
        if merged := document.get("_conflicts"):
            self._delete_revisions(document_id, merged)
        if not is_stored:
            self._resolve(document_id, rev)

    def merge(self, document_id: str) -> bool:
        """Merge conflicting revisions; return whether there were any.  Raises Conflict."""
        document = self.get_for_update(document_id)
        if document is None or "_conflicts" not in document:
            return False
        self.put(document)
        return True

    def attachment(self, document_id: str, name: str, target: BinaryIO, *, seconds: float) -> bool:
        """Write an attachment into `target`; return False if it does not exist."""
        url = self._resource(document_id, name).url
        with self._translated():
            try:
                self._transport.download(url, target, seconds=seconds)
            except couchdb.ResourceNotFound as error:
                self._require_database(error)
                return False
            return True

    # -- many documents

    def get_many(self, document_ids: Iterable[str]) -> dict[str, Document]:
        """Return documents by ID, in one request; no entry if deleted or unknown."""
        wanted = [{"id": document_id} for document_id in dict.fromkeys(document_ids)]
        if not wanted:
            return {}
        with self._translated():
            # Takes a third of the time of `_all_docs`, which opens each one by itself.
            _, _, found = self._resource("_bulk_get").post_json(body={"docs": wanted})
            return current_documents(found["results"])

    def deletions(self, document_ids: Iterable[str]) -> dict[str, bool]:
        """Return by ID whether documents were deleted, in one request; no entry if unknown."""
        rows = self._rows("_all_docs", keys=list(document_ids))
        return {row["id"]: "deleted" in row["value"] for row in rows if "error" not in row}

    def put_all(self, documents: Sequence[Document]) -> None:
        """Store these revisions in one request; raises Conflict if one was not current."""
        if not documents:
            return
        is_stored, rows = self._write_all(documents)
        if not is_stored:
            for row in rows:
                if "error" not in row:
                    self._resolve(row["id"], row["rev"])
        if refused := [row["id"] for row in rows if "error" in row]:
            raise Conflict(f"{', '.join(refused)} changed meanwhile")

    def all(
        self, after: str, before: str, *, documents: bool = False, **options: bool
    ) -> Iterator[Row]:
        """Yield rows of all documents with `after` < ID < `before`, ascending."""
        options |= {"inclusive_end": False, "include_docs": documents}
        while True:
            rows = self._rows("_all_docs", startkey=after, endkey=before, limit=PIECE, **options)
            yield from (row for row in rows if row["id"] > after)
            if len(rows) < PIECE:
                return
            after = rows[-1]["id"]

    def rows(self, view: str, *, design: str = DESIGN, **options: Any) -> list[Row]:
        """Return rows of one of our views; options are those of CouchDB."""
        return self._rows("_design", design, "_view", view, **options)

    def values_by_key(self, view: str, keys: Iterable[str]) -> dict[str, list[Any]]:
        """Return the values of a view's rows for each of the keys, in one request."""
        values: dict[str, list[Any]] = {key: [] for key in keys}
        for row in self.rows(view, keys=list(values)) if values else ():
            values[row["key"]].append(row["value"])
        return values

    def reduced(self, view: str, **options: Any) -> Any:
        """Return the one reduced value of a view; None if the range has no rows."""
        rows = self.rows(view, reduce=True, **options)
        return rows[0]["value"] if rows else None

    def changes(self, since: Any, limit: int, **options: str) -> tuple[list[Row], Any]:
        """Return at most `limit` changes after `since` (None: from the first), and the end.

        Raises ValueError if the server does not know `since`.
        """
        start = {} if since is None else {"since": since}
        with self._translated():
            try:
                _, _, feed = self._resource("_changes").get_json(limit=limit, **start, **options)
                return feed["results"], feed["last_seq"]
            except couchdb.ServerError as error:
                if error.args[0][0] != 400:
                    raise
        raise ValueError(f"no sequence of this database: {since!r:.100}")

    def conflicting(self) -> Iterator[str]:
        """Yield IDs of changed documents with several revisions, each change once.

        Deleted revisions count as well.  The position is kept in memory.
        """
        while True:
            rows, end = self.changes(self._merged_until, _CHANGES, style="all_docs")
            for row in rows:
                if len(row["changes"]) > 1 and not row["id"].startswith("_"):
                    yield row["id"]
            self._merged_until = end
            if len(rows) < _CHANGES:
                return

    # -- the database itself

    def exists(self) -> bool:
        with self._translated():
            try:
                return bool(self._resource.get_json())
            except couchdb.ResourceNotFound:
                return False

    def size(self) -> int:
        """Return the number of documents."""
        with self._translated():
            return int(self._resource.get_json()[2]["doc_count"])

    def create(self) -> None:
        """Create the database, unless it exists."""
        with self._translated():
            try:
                self._resource.put_json()
            except couchdb.PreconditionFailed:
                return  # another node was faster

    # -- inside

    def _of(self, document_id: str) -> couchdb.http.Resource:
        is_design = document_id.startswith("_design/")
        return self._resource(*(document_id.split("/", 1) if is_design else [document_id]))

    def _write(self, document: Document) -> tuple[bool, str]:
        """Return whether most copies accepted the document (201), and its new revision."""
        with self._translated():
            try:
                status, _, stored = self._of(document["_id"]).put_json(body=document)
            except couchdb.ResourceConflict as error:
                raise Conflict(f"{document['_id']} changed meanwhile") from error
            return status != 202, stored["rev"]

    def _write_all(self, documents: Sequence[Document]) -> tuple[bool, list[Row]]:
        with self._translated():
            status, _, rows = self._resource("_bulk_docs").post_json(body={"docs": documents})
            return status != 202, [dict(row) for row in rows]

    def _resolve(self, document_id: str, rev: str, merged: Sequence[str] = ()) -> None:
        """Return if `rev`, which not all copies accepted, is the only live revision.

        Raises Conflict, with `rev` deleted again, if there is another one.  Revisions
        `merged` into `rev` and its successors do not count.
        """
        leaves = self._live_leaves(document_id, open_revs="all", latest="true", r="3", revs="true")
        others = [leaf for leaf in leaves if leaf["_rev"] not in {rev, *merged}]
        if not others or any(follows(leaf, rev) for leaf in others):
            return
        # If it cannot be deleted, another process has just built on it.
        if len(others) == len(leaves) or self._delete_revisions(document_id, [rev]):
            raise Conflict(f"{document_id} was changed through another node")

    def _live_leaves(self, document_id: str, **options: str) -> list[Document]:
        with self._translated():
            _, _, rows = self._of(document_id).get_json(**options)
            leaves = [row["ok"] for row in rows if "ok" in row]
            return [leaf for leaf in leaves if not leaf.get("_deleted")]

    def _delete_revisions(self, document_id: str, revs: Iterable[str]) -> bool:
        """Return whether all were leaves, and are deleted now."""
        tombstones = [{"_id": document_id, "_rev": rev, "_deleted": True} for rev in revs]
        _, rows = self._write_all(tombstones)
        return not any("error" in row for row in rows)

    def _rows(self, *path: str, keys: Any = None, **options: Any) -> list[Row]:
        resource = self._resource(*path)
        parameters = {
            name: value if name == "startkey_docid" else json.dumps(value, ensure_ascii=False)
            for name, value in options.items()
        }
        with self._translated():
            try:
                if keys is None:
                    return list(resource.get_json(**parameters)[2]["rows"])
                return list(resource.post_json(body={"keys": keys}, **parameters)[2]["rows"])
            except couchdb.ResourceNotFound as error:
                if path == ("_all_docs",):
                    raise
                raise StorageUnavailable(
                    f"CouchDB has no view {path[-1]} in {self.name!r}; 'huimages setup' installs it"
                ) from error

    @staticmethod
    def _require_database(error: couchdb.ResourceNotFound) -> None:
        """Raise the error unless only the document is missing."""
        reason = _reason(error)
        if "missing" not in reason and "deleted" not in reason:
            raise error

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (couchdb.http.Unauthorized, couchdb.http.Forbidden) as error:
            raise Forbidden(f"CouchDB refuses access to {self.name!r}: {error}") from error
        except couchdb.ResourceNotFound as error:
            reason = _reason(error)
            raise StorageUnavailable(f"CouchDB has no database {self.name!r}: {reason}") from error
        except couchdb.http.HTTPError as error:
            raise StorageUnavailable(f"CouchDB, database {self.name!r}: {error}") from error
        except UnicodeEncodeError as error:
            raise BadInput("the text holds half a character (a lone surrogate)") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # Not a response of CouchDB: another server's page, or half a response.
            raise StorageUnavailable(
                f"CouchDB, database {self.name!r}, sent an invalid response: {error!r}"
            ) from error


def _reason(error: couchdb.ResourceNotFound) -> str:
    return str(error.args[0][1] if error.args and error.args[0] else "")
