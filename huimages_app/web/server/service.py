"""A loaded application on its listening sockets, served by one process or by several."""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping
from typing import Any

from waitress.adjustments import Adjustments

from .. import lifecycle
from . import handover
from .process import Server
from .sockets import ListeningSockets, described, listening_sockets
from .supervisor import Supervisor
from .workers import WorkerPipes

log = logging.getLogger(__name__)


class Service:
    """An application with the options of waitress.  Raises OSError if it cannot listen."""

    def __init__(self, app: Any, options: Mapping[str, str]) -> None:
        self._app = app
        self._adjustments = Adjustments(**options)
        self._is_trial = handover.is_trial()
        self._previous = handover.received()
        self._listening = ListeningSockets([])
        if self._previous:
            self._listening = self._previous.listening
        elif not self._is_trial:
            self._listening = listening_sockets(self._adjustments)

    @property
    def urls(self) -> list[str]:
        """Return the URL of each TCP socket."""
        sockets = self._listening.sockets
        names = [one.getsockname() for one in sockets if one.family != socket.AF_UNIX]
        return [
            f"http://{f'[{host}]' if ':' in host else host}:{port}/" for host, port, *_ in names
        ]

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        if self._is_trial:
            handover.report_success()
            return
        for one in self._listening.sockets:
            log.info("serving %s workers=%d", described(one), lifecycle.workers())
        if lifecycle.workers() == 1 and self._previous is None:
            self._serve(None)
        else:
            Supervisor(self._listening, lifecycle.workers(), self._serve, self._previous).run()

    def _serve(self, pipes: WorkerPipes | None) -> None:
        """Serve in this process: the only one, or a worker."""
        lifecycle.start()
        stop = pipes.stop if pipes else None
        server = Server(self._app, self._adjustments, self._listening, stop)
        server.handle_signals(second_ends_at_once=pipes is None)
        if pipes:
            pipes.report_ready()
        server.run()
