"""HTTP requests to CouchDB through urllib3, in place of the transport of the PyPI client.

The client (CouchDB 1.2) accepts any object with its `Session.request`.  Its own transport has
no deadline, reuses closed connections, has a cache without a lock, fails on chunked error
responses and accepts no CA bundle.
"""

from __future__ import annotations

import io
import json
import logging
import os
import ssl
import threading
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple, NoReturn

import urllib3
from urllib3.exceptions import ProtocolError

from ...errors import BadSetting, StorageUnavailable
from ...http_deadlines import pool_manager
from ...observation.steps import storage_call

with warnings.catch_warnings():
    # CouchDB 1.2 reads its own version through pkg_resources.
    warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)
    import couchdb.http

__all__ = ["BASE", "Node", "ResponseTimeout", "Transport", "couchdb"]

BASE = "http://couchdb"  # begins every URL of the client; a node's URL replaces it

_CONNECTIONS = 16  # idle connections kept per node
_CONNECT = 2.0  # seconds at most for a connection
_HEAL = 30.0  # seconds until a node that failed is tried again
_PIECE = 64 * 1024
_NODE_DOWN = {502, 503, 504}

_ERRORS = {
    401: couchdb.http.Unauthorized,
    403: couchdb.http.Forbidden,
    404: couchdb.http.ResourceNotFound,
    409: couchdb.http.ResourceConflict,
    412: couchdb.http.PreconditionFailed,
}
# Errors of the client that are failures of the storage; the others are ordinary responses.
_FAILURES = (couchdb.http.ServerError, couchdb.http.Unauthorized, couchdb.http.Forbidden)

_log = logging.getLogger(__name__)


class ResponseTimeout(StorageUnavailable):
    """The response did not arrive in time."""


class Node(NamedTuple):
    """One CouchDB node: its URL without credentials, and its `Authorization` header."""

    url: str
    headers: Mapping[str, str]


class _Request(NamedTuple):
    method: str
    path: str
    body: bytes | None
    headers: Mapping[str, str]
    seconds: float
    preload: bool = True  # whether the body is read before the response is returned

    def __str__(self) -> str:
        return f"{self.method} {self.path.partition('?')[0]}"


class Transport:
    """Sends requests to one node at a time: the first one that responds.

    All processes prefer the first node, so that one node coordinates the writes of all.  After
    a failure the next node is used, and the first one is tried again every 30 seconds.

    Thread-safe and usable after a fork.  A request may be sent twice when a connection
    breaks: every write names the revision that it replaces, so a repeated write conflicts.
    """

    def __init__(self, nodes: Sequence[Node], timeout: float, ca_bundle: str = "") -> None:
        self.timeout = timeout
        self._nodes = nodes
        self._current = 0
        self._try_first_at = 0.0
        self._lock = threading.Lock()
        self._kept = threading.local()  # `responses` by URL and body, within `reading`
        self._tls = _tls_context(nodes, ca_bundle)
        self._connect()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Have this thread send equal requests for documents and rows once, until it writes."""
        self._kept.responses = {}
        try:
            yield
        finally:
            self._kept.responses = None

    def request(  # noqa: PLR0917  as the client calls it
        self,
        method: str,
        url: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        credentials: Any = None,
        num_redirects: int = 0,
    ) -> tuple[int, Mapping[str, str], BinaryIO]:
        """Return status, headers and the whole body, within `timeout` seconds for each node.

        Raises the client's errors and StorageUnavailable.
        """
        sent = {"Accept": "application/json", "User-Agent": "huimages", **(headers or {})}
        if body is not None:
            body = json.dumps(body, ensure_ascii=False).encode("utf-8")
            sent.setdefault("Content-Type", "application/json")
        request = _Request(method, url.removeprefix(BASE), body, sent, self.timeout)
        is_reading = method == "GET" or "/_view/" in url or url.endswith("/_bulk_get")
        kept = getattr(self._kept, "responses", None)
        if kept and not is_reading:
            kept.clear()
        response = kept.get((url, body)) if kept else None
        if response is None:
            with storage_call("couchdb", method, *_FAILURES):
                response = self._send(request)
                if response.status >= 300:  # CouchDB needs no redirects
                    _raise_error(response.status, response.data, request)
            if is_reading and kept is not None:
                kept[url, body] = response
        return response.status, response.headers, io.BytesIO(response.data)

    def download(self, url: str, target: BinaryIO, *, seconds: float) -> None:
        """Write the body of a GET response into `target`; takes at most `seconds`."""
        request = _Request("GET", url.removeprefix(BASE), None, {}, seconds, preload=False)
        with storage_call("couchdb", "download", *_FAILURES), self._send(request) as response:
            try:
                if response.status != 200:
                    _raise_error(response.status, response.read(_PIECE), request)
                for piece in response.stream(_PIECE, decode_content=False):
                    target.write(piece)
            except urllib3.exceptions.HTTPError as error:
                raise _unavailable(request, error) from error

    def close(self) -> None:
        """Close idle connections."""
        pools = self._pools.pools
        for pool in filter(None, map(pools.get, pools.keys())):
            pool.close()
        pools.clear()

    def _connect(self) -> None:
        self._process = os.getpid()
        self._pools = pool_manager(_CONNECTIONS, self._tls)

    def _send(self, request: _Request) -> urllib3.BaseHTTPResponse:
        """Return the response of the first node that sends one."""
        if self._process != os.getpid():
            self._connect()  # parent and child cannot share sockets
        order = self._order()
        for index in order:
            is_last = index == order[-1]
            try:
                response = self._exchange(self._nodes[index], request)
            except urllib3.exceptions.HTTPError as error:
                if is_last:
                    raise _unavailable(request, error) from error
                continue
            if response.status not in _NODE_DOWN or is_last:
                break
            response.close()
        self._use(index)
        return response

    def _exchange(self, node: Node, request: _Request) -> urllib3.BaseHTTPResponse:
        """Return a node's response; a connection that the node closed is replaced once."""
        deadline = time.monotonic() + request.seconds
        try:
            return self._try(node, request, request.seconds)
        except ProtocolError as error:
            if not isinstance(error.args[-1], ConnectionError):
                raise
        return self._try(node, request, max(deadline - time.monotonic(), 0.001))

    def _try(self, node: Node, request: _Request, seconds: float) -> urllib3.BaseHTTPResponse:
        return self._pools.request(
            request.method,
            node.url + request.path,
            body=request.body,
            headers={**request.headers, **node.headers},
            retries=False,
            redirect=False,
            preload_content=request.preload,
            timeout=urllib3.Timeout(connect=min(_CONNECT, seconds), read=seconds),
        )

    def _order(self) -> list[int]:
        """Return the indexes of all nodes, the one in use first."""
        with self._lock:
            start = self._current
            if start and time.monotonic() >= self._try_first_at:
                self._try_first_at = time.monotonic() + _HEAL  # for this thread only
                start = 0
        return [*range(start, len(self._nodes)), *range(start)]

    def _use(self, index: int) -> None:
        with self._lock:
            if index != self._current:
                self._current, self._try_first_at = index, time.monotonic() + _HEAL
                _log.warning("couchdb node changed url=%s", self._nodes[index].url)


def _tls_context(nodes: Sequence[Node], ca_bundle: str) -> ssl.SSLContext | None:
    """Return the certificates to trust; None without TLS, since loading them takes 50 ms of CPU."""
    if not ca_bundle and not any(node.url.startswith("https:") for node in nodes):
        return None
    try:
        return ssl.create_default_context(cafile=ca_bundle or None)
    except OSError as error:
        raise BadSetting(f"the CA bundle {ca_bundle!r} cannot be read: {error}") from error


def _unavailable(request: _Request, error: Exception) -> StorageUnavailable:
    is_late = isinstance(error, urllib3.exceptions.TimeoutError)
    kind = ResponseTimeout if is_late else StorageUnavailable
    return kind(f"CouchDB sent no response to {request}: {error!r:.200}")


def _raise_error(status: int, content: bytes, request: _Request) -> NoReturn:
    """Raise the client's error for a status."""
    try:
        reply = json.loads(content)
        error = reply.get("error"), reply.get("reason")
    except (ValueError, AttributeError):
        error = None, content[:200].decode("utf-8", "replace")  # from a proxy, for example
    if error[0] == "timeout":
        # CouchDB gave up after a minute, for example because a view is being built.
        raise ResponseTimeout(f"CouchDB timed out: {request}: {error[1]}")
    if status in _ERRORS:
        raise _ERRORS[status](error)
    raise couchdb.http.ServerError((status, error))
