"""A CouchDB server and its databases, as the stores want them.

Everything the PyPI client raises ends here: what the stores can act upon becomes a value
or `Conflict`, all the rest StoreDown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO
from urllib.parse import quote, unquote, urlsplit

import couchdb
import couchdb.http

from ...errors import BadInput, BadSetting, HuimagesError, StoreDown
from .session import Session

Document = dict[str, Any]  # JSON as stored, with _id, _rev and fields we know nothing about
Row = dict[str, Any]  # a row of a view: id, key, value and, if asked for, doc

DESIGN = "huimages"
PIECE = 500  # documents read at a time when all are read


class Conflict(HuimagesError):
    """The document was changed since it was read.  Never leaves the stores."""


class Forbidden(StoreDown):
    """The account has no right to do this, or there is none."""


class Server:
    """A CouchDB server; all databases of a process share its connections."""

    def __init__(
        self,
        url: str,
        *,
        username: str = "",
        password: str = "",
        timeout: float = 5.0,
        ca_bundle: str = "",
    ) -> None:
        self.session = Session(timeout, ca_bundle)
        self._server = couchdb.Server(
            _with_credentials(url, username, password), session=self.session
        )

    def database(self, name: str) -> Database:
        """The handle of a database, whether there is one or not."""
        return Database(self, name, self._server.resource(name))

    def close(self) -> None:
        self.session.close()


class Database:
    """One database.  Thread-safe.  Every method raises StoreDown."""

    def __init__(self, server: Server, name: str, resource: couchdb.http.Resource) -> None:
        self.server = server
        self.name = name
        self._resource = resource
        self._client = couchdb.Database(resource, name)

    # -- one document

    def get(self, document_id: str) -> Document | None:
        """The document; None if there is none (any more)."""
        with self._translated():
            try:
                document = self._client[document_id]
            except couchdb.ResourceNotFound as error:
                self._must_exist(error)
                return None
            if document["_id"] != document_id:
                raise ValueError("another document was sent")
            return dict(document)

    def put(self, document: Document) -> Document:
        """Store the document in place of the revision it names; it, with its new revision.

        Raises Conflict if that is not the current one.  If a reply was lost and our own
        write had gone through, that is a success.
        """
        with self._translated():
            try:
                _, rev = self._client.save(dict(document))
            except couchdb.ResourceConflict as error:
                current = self.get(document["_id"])
                if current is None or not _same(current, document):
                    raise Conflict(f"{document['_id']} was changed meanwhile") from error
                return current
            return {**document, "_rev": rev}

    def delete(self, document: Document) -> None:
        """Delete this revision of the document; nothing happens if it is gone already.

        Raises Conflict if it is not the current one.
        """
        tombstone = {"_id": document["_id"], "_rev": document["_rev"], "_deleted": True}
        with self._translated():
            try:
                self._client.save(tombstone)
            except couchdb.ResourceConflict as error:
                if self.get(document["_id"]) is not None:
                    raise Conflict(f"{document['_id']} was changed meanwhile") from error

    def put_all(self, documents: Sequence[Document]) -> int:
        """Store these revisions in one request; the number of those that had changed."""
        with self._translated():
            answers = self._client.update([dict(d) for d in documents]) if documents else []
            return sum(1 for done, _, _ in answers if not done)

    def attachment(self, document_id: str, name: str, target: BinaryIO, *, seconds: float) -> bool:
        """Write an attachment into `target`; False if there is none."""
        resource = self._resource(document_id, name)
        with self._translated():
            try:
                self.server.session.download(
                    resource.url, resource.credentials, target, seconds=seconds
                )
            except couchdb.ResourceNotFound as error:
                self._must_exist(error)
                return False
            return True

    # -- many documents

    def get_many(self, document_ids: Iterable[str]) -> dict[str, Document | None]:
        """The documents by ID, in one request; None for those deleted, no entry if unknown."""
        wanted = list(dict.fromkeys(document_ids))
        if not wanted:
            return {}
        rows = self._rows("_all_docs", keys=wanted, include_docs=True)
        return {row["id"]: row.get("doc") for row in rows if "error" not in row}

    def all(self, after: str, before: str, *, documents: bool = False) -> Iterator[Row]:
        """Rows of all documents with `after` < ID < `before`, ascending, a piece at a time."""
        while True:
            rows = self._rows(
                "_all_docs",
                startkey=after,
                endkey=before,
                inclusive_end=False,
                limit=PIECE,
                include_docs=documents,
            )
            yield from (row for row in rows if row["id"] > after)
            if len(rows) < PIECE:
                return
            after = rows[-1]["id"]

    def rows(self, view: str, *, design: str = DESIGN, **options: Any) -> list[Row]:
        """Rows of one of our views; `keys`, `startkey`, `limit` … as CouchDB has them."""
        return self._rows(f"{design}/{view}", **options)

    def reduced(self, view: str, **options: Any) -> Any:
        """The one value a view is reduced to; None if no row is in the range."""
        rows = self.rows(view, reduce=True, **options)
        return rows[0]["value"] if rows else None

    def changes(self, since: Any, limit: int) -> tuple[list[Row], Any]:
        """At most `limit` changes after `since` (None: the first), and where to go on.

        Raises ValueError if `since` is nothing the server knows.
        """
        options = {} if since is None else {"since": since}
        refused = None
        with self._translated():
            try:
                answer = self._client.changes(limit=limit, **options)
                return answer["results"], answer["last_seq"]
            except couchdb.ServerError as error:
                if error.args[0][0] != 400:
                    raise
                refused = error
        raise ValueError(f"no sequence of this database: {since!r:.100}") from refused

    # -- the database itself

    def exists(self) -> bool:
        with self._translated():
            try:
                return bool(self._client.info())
            except couchdb.ResourceNotFound:
                return False

    def size(self) -> int:
        """Number of documents."""
        return int(self._told("doc_count"))

    def state(self) -> object:
        """Another value with every change of a document."""
        return self._told("update_seq")

    def create(self) -> None:
        """Make the database; nothing happens if there is one."""
        with self._translated():
            try:
                self._resource.put_json()
            except couchdb.PreconditionFailed:
                return  # another node was faster

    # -- inside

    def _told(self, name: str) -> Any:
        with self._translated():
            try:
                return self._client.info()[name]
            except couchdb.ResourceNotFound as error:
                raise self._no_database(error) from error

    def _rows(self, name: str, **options: Any) -> list[Row]:
        with self._translated():
            try:
                return [dict(row) for row in self._client.view(name, **options).rows]
            except couchdb.ResourceNotFound as error:
                if name == "_all_docs":
                    raise self._no_database(error) from error
                raise StoreDown(
                    f"CouchDB has no {name} in {self.name!r}; 'huimages setup' installs it"
                ) from error

    def _must_exist(self, error: couchdb.ResourceNotFound) -> None:
        """A document may be missing; a missing database is no answer about a document."""
        reason = _reason(error)
        if "missing" not in reason and "deleted" not in reason:
            raise self._no_database(error) from error

    def _no_database(self, error: couchdb.ResourceNotFound) -> StoreDown:
        return StoreDown(f"CouchDB has no database {self.name!r}: {_reason(error)}")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (couchdb.http.Unauthorized, couchdb.http.Forbidden) as error:
            raise Forbidden(f"CouchDB refuses access to {self.name!r}: {error}") from error
        except couchdb.http.HTTPError as error:
            raise StoreDown(f"CouchDB, database {self.name!r}: {error}") from error
        except UnicodeEncodeError as error:
            raise BadInput("the text holds half a character (a lone surrogate)") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # What came is not what CouchDB sends: another server's page, or half a reply.
            raise StoreDown(f"CouchDB, database {self.name!r}, sent nonsense: {error!r}") from error


def _reason(error: couchdb.ResourceNotFound) -> str:
    return str(error.args[0][1] if error.args and error.args[0] else "")


def _same(stored: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    def content(document: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in document.items() if not key.startswith("_")}

    return content(stored) == content(sent)


def _with_credentials(url: str, username: str, password: str) -> str:
    """The URL with the credentials in it, as the client wants them: percent-encoded."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSetting("setting 'huimages.couchdb.url' is no http:// or https:// address")
    username = username or unquote(parts.username or "")
    password = password or unquote(parts.password or "")
    if bool(username) != bool(password):
        given, missing = ("username", "password") if username else ("password", "username")
        raise BadSetting(
            f"setting 'huimages.couchdb.{missing}' is missing: there is a {given}, "
            "of its own or in 'huimages.couchdb.url'"
        )
    if not username:
        return url
    host = parts.netloc.rpartition("@")[2]
    credentials = f"{quote(username, safe='')}:{quote(password, safe='')}"
    return parts._replace(netloc=f"{credentials}@{host}").geturl()
