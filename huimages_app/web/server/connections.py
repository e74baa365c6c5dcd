"""Waitress's listeners, connections, parser and task, with limits and a graceful end."""

from __future__ import annotations

import functools
import logging
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.proxy_headers import PROXY_HEADERS
from waitress.server import TcpWSGIServer, UnixWSGIServer
from waitress.task import WSGITask
from waitress.utilities import Error

from ..errors import OUT_OF_RESOURCES, RETRY_AFTER
from ..kept_responses import KEEP, KeptResponses

log = logging.getLogger(__name__)

_ACCEPT_PAUSE = 1.0  # seconds
_LOG_INTERVAL = 60  # seconds
# Connections accepted while the listener is closed: a busy site would never end.
_LAST_CONNECTIONS = 1000
_SMALL = 1 << 16  # bytes; a longer beginning of a body is sent after the header
# Headers of requests that end the connection, and of proxies, which name the client and the ID.
_OF_A_CONNECTION = (
    frozenset({"EXPECT", "UPGRADE", "CONTENT_LENGTH", "X_REQUEST_ID"}) | PROXY_HEADERS
)

# The paths of resources with `takes_files`, below any prefix.
_UPLOAD_PATH = re.compile(
    r"/(?:upload(?:/[^/]*)?|table|image/[A-Z2-7]{32}01/replace|"
    r"api/v1/(?:table|images(?:/[A-Z2-7]{32}01/file)?))/*\Z"
)


class _ServiceUnavailable(Error):  # type: ignore[misc]
    code = 503
    reason = "Service Unavailable"

    def to_response(self, ident: str | None = None) -> Any:
        status, headers, body = super().to_response(ident)
        return status, [*headers, ("Retry-After", str(RETRY_AFTER))], body


class _Task(WSGITask):  # type: ignore[misc]
    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        kept = self.channel.server.kept_responses
        if kept is not None and self.request.is_plain:
            environ[KEEP] = functools.partial(kept.keep, self.request.text)
        return environ

    def build_response_header(self) -> Any:
        if self.channel.server.is_draining:
            # As if the client had requested it: waitress closes the connection after the response.
            self.request.headers["CONNECTION"] = "close"
        return super().build_response_header()

    def write(self, data: bytes) -> None:
        if self.wrote_header or not 0 < len(data) <= _SMALL:
            super().write(data)
            return
        with self.channel.joined_writes():
            super().write(data)


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    adj: Any
    text = b""  # the request as it was received, without a body

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        self.text = header_plus
        if not _UPLOAD_PATH.search(self.path):
            self.adj = self.adj.for_small_bodies

    @property
    def is_plain(self) -> bool:
        """Return whether the response may be kept: nothing ends the connection, no proxy is named.

        What depends on the request besides its method, URL and version is known to the application.
        """
        return (
            self.command == "GET"
            and self.version == "1.1"
            and self.body_rcv is None
            and self.headers.get("CONNECTION", "keep-alive").lower() == "keep-alive"
            and _OF_A_CONNECTION.isdisjoint(self.headers)
        )


class Channel(HTTPChannel):  # type: ignore[misc]
    task_class = _Task
    parser_class = _Parser
    request: Any
    _joined: list[bytes] | None = None

    @contextmanager
    def joined_writes(self) -> Iterator[None]:
        """Send what is written inside at once; waitress would send header and body by themselves.

        A larger `send_bytes` would do it, too, but the I/O thread would wait without a pause for
        the rest of a response whose beginning is shorter.
        """
        joined: list[bytes] = []
        self._joined = joined
        try:
            yield
        finally:
            self._joined = None
        super().write_soon(b"".join(joined))

    def write_soon(self, data: Any) -> Any:
        if self._joined is None:
            return super().write_soon(data)
        self._joined.append(data)
        return len(data)

    def received(self, data: bytes) -> Any:
        if self._respond_at_once(data):
            return True
        try:
            return super().received(data)
        except OSError as error:
            # Waitress buffers large bodies in temporary files.
            if error.errno not in OUT_OF_RESOURCES or self.request is None:
                raise
            self.server.log_exhaustion("request body not stored", error)
            return self._refuse()

    def _respond_at_once(self, data: bytes) -> bool:
        """Send the response in this thread if it is in memory; return whether it is."""
        kept = self.server.kept_responses
        if kept is None or self.server.is_draining:
            return False
        with self.requests_lock:
            if self.requests or self.request is not None or not self.readable():
                return False
        if (response := kept.find(data)) is None:
            return False
        sent, has_failed = self._flush_exception(lambda do_close: self.send(response, do_close))
        if not has_failed and self.connected and sent < len(response):
            self.write_soon(response[sent:])  # when the client has read what was sent
        return True

    def _refuse(self) -> bool:
        request = self.request
        request.error = _ServiceUnavailable("The server cannot store the request now.")
        request.completed = True
        with self.requests_lock:
            self.request = None
            self.requests.append(request)
            if len(self.requests) == 1:
                self.server.add_task(self)
        return True

    def close_if_idle(self) -> None:
        """Close the connection unless a request is being received, processed or responded to."""
        if self.requests or self.request is not None or self.total_outbufs_len:
            return
        try:
            self.will_close = not self.socket.recv(1, socket.MSG_PEEK)
        except OSError:  # nothing waits to be read, or the connection is broken
            self.will_close = True


class _Listener:
    """A mixin of waitress's listeners."""

    channel_class = Channel
    kept_responses: KeptResponses | None = None
    is_draining = False
    _paused_until = 0.0
    _last_logged = float("-inf")

    def readable(self) -> Any:
        return time.monotonic() >= self._paused_until and super().readable()  # type: ignore[misc]

    def accept(self) -> Any:
        try:
            return super().accept()  # type: ignore[misc]
        except OSError as error:
            if error.errno not in OUT_OF_RESOURCES:
                raise
            self._paused_until = time.monotonic() + _ACCEPT_PAUSE
            self.log_exhaustion("connection not accepted", error)
            return None

    def log_exhaustion(self, event: str, error: OSError) -> None:
        """Log that the machine is out of resources, at most once a minute."""
        now = time.monotonic()
        if now >= self._last_logged + _LOG_INTERVAL:
            self._last_logged = now
            log.error("%s error=%s interval=%ds", event, error.strerror, _LOG_INTERVAL)

    def stop_listening(self) -> None:
        """Accept the connections that wait, and close the listening socket."""
        for _ in range(_LAST_CONNECTIONS):
            known = len(self.active_channels)  # type: ignore[attr-defined]
            self.handle_accept()  # type: ignore[attr-defined]
            if known == len(self.active_channels):  # type: ignore[attr-defined]
                break
        # Not self.close(), which would also close the trigger that threads use.
        wasyncore.dispatcher.close(self)


class TcpListener(_Listener, TcpWSGIServer):  # type: ignore[misc]
    pass


class UnixListener(_Listener, UnixWSGIServer):  # type: ignore[misc]
    pass
