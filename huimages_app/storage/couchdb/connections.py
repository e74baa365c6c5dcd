"""Connections to CouchDB: kept for reuse, and read until a deadline at most."""

from __future__ import annotations

import io
import os
import select
import socket
import ssl
import threading
import time
import weakref
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any, cast

from ...errors import BadSetting

_KEPT = 16  # idle connections; more than that are closed after use


class Connection:
    """One connection and where it leads; connects when it is used."""

    def __init__(self, http: HTTPConnection, address: tuple[str, str]) -> None:
        self.address = address
        self.used = False  # whether it has carried an answer already
        self._http = http

    def send(
        self,
        method: str,
        target: str,
        body: bytes | None,
        headers: dict[str, str],
        deadline: float,
    ) -> HTTPResponse:
        """The answer's head; its body can be read until the deadline (monotonic)."""
        timeout = self._http.timeout

        def respond(sock: socket.socket, *args: Any, **kwargs: Any) -> HTTPResponse:
            return HTTPResponse(cast(Any, _Timed(sock, timeout, deadline)), *args, **kwargs)

        self._http.response_class = cast(Any, respond)
        if self._http.sock is not None:
            self._http.sock.settimeout(timeout)  # the last answer may have left less
        self._http.request(method, target, body, headers)
        return self._http.getresponse()

    @property
    def is_open(self) -> bool:
        return self._http.sock is not None

    def is_stale(self) -> bool:
        # Nothing is under way, so anything to be read is the server hanging up.
        if not self.is_open:
            return True
        waiting = select.poll()  # `select.select` knows descriptors up to 1023 only
        waiting.register(self._http.sock, select.POLLIN)
        return bool(waiting.poll(0))

    def close(self) -> None:
        self._http.close()


class Pool:
    """The idle connections of a process.  Thread-safe, and survives a fork."""

    def __init__(self, timeout: float, ca_bundle: str = "") -> None:
        self._timeout = timeout
        self._idle: list[Connection] = []
        self._lock = threading.Lock()
        self._process = os.getpid()
        try:
            self._tls = ssl.create_default_context(cafile=ca_bundle or None)
        except OSError as error:
            raise BadSetting(f"the CA bundle {ca_bundle!r} can't be read: {error}") from error
        weakref.finalize(self, _close_all, self._idle)

    def take(self, address: tuple[str, str]) -> Connection:
        """A connection to (scheme, host and port), a kept one if there is a good one."""
        with self._lock:
            if self._process != os.getpid():
                # The sockets belong to the parent as well: two must not talk on one.
                self._process = os.getpid()
                _close_all(self._idle)
            kept = next((c for c in reversed(self._idle) if c.address == address), None)
            if kept:
                self._idle.remove(kept)
        if kept and not kept.is_stale():
            return kept
        if kept:
            kept.close()
        return self.new(address)

    def new(self, address: tuple[str, str]) -> Connection:
        scheme, host = address
        if scheme == "http":
            return Connection(HTTPConnection(host, timeout=self._timeout), address)
        https = HTTPSConnection(host, timeout=self._timeout, context=self._tls)
        return Connection(https, address)

    def give_back(self, connection: Connection) -> None:
        """Keep a connection whose last answer was read to its end."""
        connection.used = True
        with self._lock:
            if connection.is_open and len(self._idle) < _KEPT and self._process == os.getpid():
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        with self._lock:
            _close_all(self._idle)


def _close_all(connections: list[Connection]) -> None:
    while connections:
        connections.pop().close()


class _Timed(io.RawIOBase):
    """Reads from a socket until a deadline: a timeout alone starts anew with every byte."""

    def __init__(self, sock: socket.socket, timeout: float | None, deadline: float) -> None:
        self._sock = sock
        self._timeout = timeout
        self._deadline = deadline
        self._raw = sock.makefile("rb", buffering=0)  # keeps the socket open as it must

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the answer took too long")
        self._sock.settimeout(remaining if self._timeout is None else min(remaining, self._timeout))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
