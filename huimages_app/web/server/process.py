"""A serving process: listeners that share threads and a poll loop."""

from __future__ import annotations

import copy
import logging
import os
import resource
import signal
import socket
import time
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments

from .connections import Channel, TcpListener, UnixListener
from .dispatcher import Dispatcher
from .sockets import ListeningSockets

log = logging.getLogger(__name__)

SMALL_BODY = 1 << 20  # bytes
DRAIN_SECONDS = 50  # less than TimeoutStopSec of the systemd unit
# Longer than the `keepalive_timeout` of the upstream in deploy/nginx.conf.  The proxy closes idle
# connections first, so none is closed while a request is on its way.
IDLE_SECONDS = 3
# For which a stopping process accepts connections whose handshake has begun: some round trips.
_HANDSHAKE_SECONDS = 0.1


class Server:
    """Serves a WSGI application on listening sockets.  `adjustments` are the options of waitress.

    It stops at SIGTERM and SIGINT, and when the pipe `stop` is closed at its other end.
    """

    def __init__(
        self,
        app: Any,
        adjustments: Adjustments,
        listening: ListeningSockets,
        stop: int | None = None,
    ) -> None:
        adjustments.connection_limit = _connection_limit(adjustments.connection_limit)
        adjustments.for_small_bodies = copy.copy(adjustments)
        adjustments.for_small_bodies.max_request_body_size = min(
            SMALL_BODY, adjustments.max_request_body_size
        )
        self._adjustments = adjustments
        self._dispatcher = Dispatcher()
        self._dispatcher.set_thread_count(adjustments.threads)
        self._sockets: dict[int, Any] = {}
        self._listeners = [self._listener(app, one) for one in listening.sockets]
        # What several processes share is refused by their supervisor.
        self._refuse = listening.refuse if stop is None else lambda: None
        self._is_stopping = False
        if stop is not None:
            _StopPipe(stop, self)

    def _listener(self, app: Any, listening: socket.socket) -> Any:
        kind = UnixListener if listening.family == socket.AF_UNIX else TcpListener
        listener: Any = kind(
            app,
            map=self._sockets,
            dispatcher=self._dispatcher,
            adj=self._adjustments,
            _sock=listening,
            bind_socket=False,
            sockinfo=(
                listening.family,
                listening.type,
                listening.proto,
                listening.getsockname(),
            ),
        )
        # Only of an application that is served as it is: what is around another one may change
        # its responses.
        listener.kept_responses = getattr(app, "kept_responses", None)
        return listener

    def run(self) -> None:
        """Serve until the process is to stop, then complete the current requests."""
        while not self._is_stopping:
            self._poll(self._adjustments.asyncore_loop_timeout)
        self._drain()

    def handle_signals(self, *, second_ends_at_once: bool) -> None:
        """Stop at SIGTERM and SIGINT."""

        def stop(number: int, frame: object) -> None:
            if second_ends_at_once:
                for again in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(again, signal.SIG_DFL)
            self.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)

    def stop(self) -> None:
        """Have `run` complete the current requests and return."""
        self._is_stopping = True
        self._listeners[0].pull_trigger()

    def _poll(self, seconds: float) -> None:
        use_poll = self._adjustments.asyncore_use_poll
        wasyncore.loop(timeout=seconds, use_poll=use_poll, map=self._sockets, count=1)

    def _drain(self) -> None:
        began = time.monotonic()
        log.info("stopping connections=%d", len(self._channels()))
        for listener in self._listeners:
            listener.is_draining = True
        self._refuse()
        while time.monotonic() < began + _HANDSHAKE_SECONDS:
            self._poll(_HANDSHAKE_SECONDS)
        for listener in self._listeners:
            listener.stop_listening()
        while self._channels() and time.monotonic() < began + DRAIN_SECONDS:
            if time.monotonic() > began + IDLE_SECONDS:
                for channel in self._channels():
                    channel.close_if_idle()
            self._poll(0.1)
        if remaining := len(self._channels()):
            log.warning("stopped with open connections count=%d", remaining)
        self._dispatcher.shutdown()
        wasyncore.close_all(self._sockets)

    def _channels(self) -> list[Channel]:
        return [item for item in self._sockets.values() if isinstance(item, Channel)]


class _StopPipe(wasyncore.file_dispatcher):  # type: ignore[misc]
    """Stops a server when the other end of a pipe is closed."""

    def __init__(self, descriptor: int, server: Server) -> None:
        super().__init__(descriptor, server._sockets)
        self._server = server

    def writable(self) -> bool:
        return False

    def handle_read(self) -> None:
        os.read(self.socket.fileno(), 1)
        self.close()
        self._server.stop()

    handle_close = handle_read


def _connection_limit(wanted: int) -> int:
    """Return at most a quarter of the descriptors: requests open files and connections, too."""
    allowed, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = min(wanted, max(8, allowed // 4))
    if limit < wanted:
        log.warning("connection limit lowered limit=%d descriptors=%d", limit, allowed)
    return limit
