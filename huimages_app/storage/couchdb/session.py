"""How requests to CouchDB travel: one deadline for a whole answer, one kind of failure.

The PyPI client (CouchDB 1.2, the last of 2018) is pleasant above its transport and weak
in it: no deadline, stale connections, a cache without a lock, error replies it stumbles
over, no way to name a CA bundle.  It lets a session be given, so this one is ours; the
documents, views and error classes above it are the client's.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping
from http.client import HTTPException, HTTPMessage, HTTPResponse, IncompleteRead
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import couchdb.http

from ...errors import StoreDown
from .connections import Connection, Pool

_PIECE = 64 * 1024

_ERRORS = {
    401: couchdb.http.Unauthorized,
    403: couchdb.http.Forbidden,
    404: couchdb.http.ResourceNotFound,
    409: couchdb.http.ResourceConflict,
    412: couchdb.http.PreconditionFailed,
}


class Session(couchdb.http.Session):  # type: ignore[misc]
    """A session that answers within `timeout` seconds or raises StoreDown.

    Thread-safe, and safe to carry over a fork.  A request that fails on a kept connection
    before the first byte of an answer is sent once more on a new one: every write of ours
    names the document and the revision it replaces, so a second one can only conflict.
    """

    def __init__(self, timeout: float, ca_bundle: str = "") -> None:
        super().__init__(timeout=timeout)
        self.timeout = timeout
        self.pool = Pool(timeout, ca_bundle)

    def request(  # noqa: PLR0917  as the client calls it
        self,
        method: str,
        url: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        credentials: Any = None,
        num_redirects: int = 0,
    ) -> tuple[int, HTTPMessage, BinaryIO]:
        """Status, headers and the whole body; raises the client's errors, StoreDown."""
        sent = _prepared(body, headers, credentials)
        with _Exchange(self.pool, method, url, *sent, seconds=self.timeout) as response:
            content = response.read()
            _complain(response.status, content)
            return response.status, response.headers, io.BytesIO(content)

    def download(self, url: str, credentials: Any, target: BinaryIO, *, seconds: float) -> None:
        """Write the answer to a GET into `target`, in pieces; at most `seconds` in all."""
        sent = _prepared(None, {"Accept": "*/*"}, credentials)
        with _Exchange(self.pool, "GET", url, *sent, seconds=seconds) as response:
            if response.status != 200:
                _complain(response.status, response.read(_PIECE))
            while piece := response.read(_PIECE):
                target.write(piece)
            if response.length:  # reading in pieces, http.client takes a cut for the end
                raise IncompleteRead(b"", response.length)

    def close(self) -> None:
        """Close the connections that are not in use."""
        self.pool.close()


class _Exchange:
    """A request and its answer; the connection is given back after a whole one, else closed."""

    def __init__(
        self,
        pool: Pool,
        method: str,
        url: str,
        body: bytes | None,
        headers: dict[str, str],
        *,
        seconds: float,
    ) -> None:
        parts = urlsplit(url)
        self._pool = pool
        self._address = parts.scheme, parts.netloc
        self._path = parts.path
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        self._message = method, target, body, headers, time.monotonic() + seconds
        self._connection: Connection | None = None
        self._response: HTTPResponse | None = None

    def __enter__(self) -> HTTPResponse:
        try:
            self._connection = self._pool.take(self._address)
            try:
                self._response = self._connection.send(*self._message)
            except (ConnectionError, HTTPException):
                self._connection.close()
                if not self._connection.used:
                    raise
                self._connection = self._pool.new(self._address)
                self._response = self._connection.send(*self._message)
        except (OSError, HTTPException, ValueError) as error:
            self._drop()
            raise self._down(error) from error
        return self._response

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        if self._connection and self._response and self._response.isclosed():
            self._pool.give_back(self._connection)
        else:
            self._drop()
        if isinstance(error, OSError | HTTPException | ValueError):
            raise self._down(error) from error

    def _drop(self) -> None:
        if self._response:
            self._response.close()
        if self._connection:
            self._connection.close()

    def _down(self, error: BaseException) -> StoreDown:
        method = self._message[0]
        return StoreDown(f"CouchDB gave no answer to {method} {self._path}: {error!r:.200}")


def _prepared(
    body: Any, headers: Mapping[str, str] | None, credentials: Any
) -> tuple[bytes | None, dict[str, str]]:
    prepared = {"Accept": "application/json", "User-Agent": "huimages", **(headers or {})}
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False).encode("utf-8")
        prepared.setdefault("Content-Type", "application/json")
    if authorization := couchdb.http.basic_auth(credentials):
        prepared["Authorization"] = authorization.decode("ascii")
    return body, prepared


def _complain(status: int, content: bytes) -> None:
    """Raise the client's error for any status but success; CouchDB needs no redirects.

    Raises TimeoutError if CouchDB gave up waiting.
    """
    if status < 300:
        return
    try:
        answer = json.loads(content)
        error = answer.get("error"), answer.get("reason")
    except (ValueError, AttributeError):
        error = None, content[:200].decode("utf-8", "replace")  # a proxy's, say
    if error[0] == "timeout":
        raise TimeoutError(error[1])  # CouchDB itself waits a minute, for a view being built say
    if status in _ERRORS:
        raise _ERRORS[status](error)
    raise couchdb.http.ServerError((status, error))
