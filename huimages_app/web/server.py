"""The waitress server, with additions for production.

- SIGTERM and SIGINT stop it without failing a request: it stops listening, completes the current
  requests, sends `Connection: close` with their responses, and waits until the web server in front
  has closed its idle connections.
- Large bodies are accepted where uploads are, elsewhere at most `SMALL_BODY` bytes.
- If descriptors or the disk run out, it pauses and returns 503.  Waitress would log a traceback
  for each of thousands of attempts per second, and close connections without a response.

An ini file names it as `paste.server_runner = huimages_app.web.server:serve`; it takes the options
of waitress.
"""

from __future__ import annotations

import copy
import errno
import logging
import re
import resource
import signal
import sys
import time
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer, UnixWSGIServer
from waitress.task import ThreadedTaskDispatcher, WSGITask
from waitress.utilities import Error

from .errors import OUT_OF_RESOURCES, RETRY_AFTER

log = logging.getLogger(__name__)

SMALL_BODY = 1 << 20  # bytes
DRAIN_SECONDS = 50  # less than TimeoutStopSec of the systemd unit
# Longer than the `keepalive_timeout` of the upstream in deploy/nginx.conf.  The proxy closes idle
# connections first, so none is closed while a request is on its way.
IDLE_SECONDS = 3
ACCEPT_PAUSE = 1.0  # seconds
_LOG_INTERVAL = 60  # seconds

# The paths of resources with `takes_files`, below any prefix.
_UPLOAD_PATH = re.compile(r"/(?:upload(?:/[^/]*)?|api/v1/images)/*\Z")
_CANNOT_LISTEN = {errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES}


def serve(app: Any, global_config: dict[str, str] | None = None, **options: str) -> int:
    """Serve a WSGI application until SIGTERM or SIGINT; return 0.

    If it cannot listen, it prints one line, and the exit status is 1.
    """
    logging.basicConfig()  # does nothing where the ini file has configured logging
    try:
        server = Server(app, Adjustments(**options))
    except OSError as error:
        if error.errno in _CANNOT_LISTEN:
            _set_one_line_report(options, error)
        raise
    server.run()
    return 0


def _set_one_line_report(options: dict[str, str], error: OSError) -> None:
    where = options.get("listen") or f"port {options.get('port', '8080')}"
    line = (
        f"huimages: cannot listen on {where}: {error.strerror}; stop the other process "
        "or change 'listen' in the ini file\n"
    )
    # pserve turns SystemExit into status 0.  An exception keeps status 1, and systemd restarts.
    sys.excepthook = lambda *_: sys.stderr.write(line)


class Server:
    """Listeners that share threads and a poll loop.  `adjustments` are the options of waitress."""

    def __init__(self, app: Any, adjustments: Adjustments) -> None:
        adjustments.connection_limit = _connection_limit(adjustments.connection_limit)
        adjustments.for_small_bodies = copy.copy(adjustments)
        adjustments.for_small_bodies.max_request_body_size = min(
            SMALL_BODY, adjustments.max_request_body_size
        )
        self._adjustments = adjustments
        self._dispatcher = ThreadedTaskDispatcher()
        self._dispatcher.set_thread_count(adjustments.threads)
        self._sockets: dict[int, Any] = {}
        common = {"map": self._sockets, "dispatcher": self._dispatcher, "adj": adjustments}
        self._listeners: list[Any] = (
            [_UnixListener(app, **common)]
            if adjustments.unix_socket
            else [_TcpListener(app, sockinfo=info, **common) for info in adjustments.listen]
        )
        self._is_stopping = False

    @property
    def urls(self) -> list[str]:
        """Return the URL of each TCP listener."""
        return [
            f"http://{f'[{host}]' if ':' in host else host}:{listener.effective_port}/"
            for listener in self._listeners
            if (host := listener.effective_host)
        ]

    def run(self) -> None:
        """Serve until a signal, then complete the current requests."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for listener in self._listeners:
            log.info("serving host=%s port=%s", listener.effective_host, listener.effective_port)
        while not self._is_stopping:
            self._poll(self._adjustments.asyncore_loop_timeout)
        self._drain()

    def _stop(self, number: int, frame: object) -> None:
        # A second signal ends the process at once.
        for again in (signal.SIGTERM, signal.SIGINT):
            signal.signal(again, signal.SIG_DFL)
        self._is_stopping = True
        self._listeners[0].pull_trigger()

    def _poll(self, seconds: float) -> None:
        use_poll = self._adjustments.asyncore_use_poll
        wasyncore.loop(timeout=seconds, use_poll=use_poll, map=self._sockets, count=1)

    def _drain(self) -> None:
        began = time.monotonic()
        log.info("stopping connections=%d", len(self._channels()))
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

    def _channels(self) -> list[_Channel]:
        return [item for item in self._sockets.values() if isinstance(item, _Channel)]


def _connection_limit(wanted: int) -> int:
    """Return at most a quarter of the descriptors: requests open files and connections, too."""
    allowed, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = min(wanted, max(8, allowed // 4))
    if limit < wanted:
        log.warning("connection limit lowered limit=%d descriptors=%d", limit, allowed)
    return limit


class _ServiceUnavailable(Error):  # type: ignore[misc]
    code = 503
    reason = "Service Unavailable"

    def to_response(self, ident: str | None = None) -> Any:
        status, headers, body = super().to_response(ident)
        return status, [*headers, ("Retry-After", str(RETRY_AFTER))], body


class _Task(WSGITask):  # type: ignore[misc]
    def build_response_header(self) -> Any:
        if self.channel.server.is_draining:
            # As if the client had requested it: waitress closes the connection after the response.
            self.request.headers["CONNECTION"] = "close"
        return super().build_response_header()


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    adj: Any

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if not _UPLOAD_PATH.search(self.path):
            self.adj = self.adj.for_small_bodies


class _Channel(HTTPChannel):  # type: ignore[misc]
    task_class = _Task
    parser_class = _Parser
    request: Any

    def received(self, data: bytes) -> Any:
        try:
            return super().received(data)
        except OSError as error:
            # Waitress buffers large bodies in temporary files.
            if error.errno not in OUT_OF_RESOURCES or self.request is None:
                raise
            self.server.log_exhaustion("request body not stored", error)
            return self._refuse()

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
        if not self.requests and self.request is None and not self.total_outbufs_len:
            self.will_close = True


class _Listener:
    """A mixin of waitress's listeners."""

    channel_class = _Channel
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
            self._paused_until = time.monotonic() + ACCEPT_PAUSE
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
        self.is_draining = True
        known = -1
        while known < len(self.active_channels):  # type: ignore[attr-defined]
            known = len(self.active_channels)  # type: ignore[attr-defined]
            self.handle_accept()  # type: ignore[attr-defined]
        # Not self.close(), which would also close the trigger that threads use.
        wasyncore.dispatcher.close(self)


class _TcpListener(_Listener, TcpWSGIServer):  # type: ignore[misc]
    pass


class _UnixListener(_Listener, UnixWSGIServer):  # type: ignore[misc]
    pass
