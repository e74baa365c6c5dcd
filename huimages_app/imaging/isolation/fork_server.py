"""The process that workers are forked from: `python -m …fork_server DESCRIPTOR LIMITS`.

It has one thread, decodes nothing, and serves one connection, that of the server process:

    fork  with the end of a socket      forks a worker; replies with its process ID and a pidfd
    reap <process ID>                   replies with the exit status of a worker that was killed

Both ends are ours, so the messages are trusted.  It ends when the connection is closed.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from typing import Final

from PIL import Image

from ...domain import formats
from ...domain.sizes import Size
from ..allocator import return_freed_memory
from ..options import Limits, Quality, RenditionTarget
from ..pipeline import render
from . import sandbox, worker
from .messages import FORK, REAP
from .sandbox import WorkerLimits
from .worker import FUNCTIONS, Function

# The server process decides when they end: Ctrl-C and systemd signal all processes.
_IGNORED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LARGEST_DESCRIPTOR: Final = 1 << 12


def main(arguments: list[str], functions: Mapping[str, Function] = FUNCTIONS) -> None:
    """Serve the connection on the given descriptor until it is closed."""
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
    connection = socket.socket(fileno=int(arguments[0]))
    limits = WorkerLimits(**json.loads(arguments[1]))
    _warm_up()
    ForkServer(connection, functions, limits).run()


class ForkServer:
    """Forks workers on request."""

    def __init__(
        self, connection: socket.socket, functions: Mapping[str, Function], limits: WorkerLimits
    ) -> None:
        self._connection = connection
        self._functions = functions
        self._limits = limits
        self._workers: set[int] = set()

    def run(self) -> None:
        while True:
            message, descriptors, _, _ = socket.recv_fds(self._connection, 64, 1)
            if not message:
                break
            if message == FORK:
                self._fork(descriptors[0])
            else:
                self._reap(int(message.removeprefix(REAP)))
        for worker_id in self._workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker_id, signal.SIGKILL)

    def _fork(self, descriptor: int) -> None:
        parent = os.getpid()
        worker_id = os.fork()
        if worker_id == 0:
            _become_worker(parent, descriptor, self._functions, self._limits)
        os.close(descriptor)
        self._workers.add(worker_id)
        pidfd = os.pidfd_open(worker_id)
        try:
            socket.send_fds(self._connection, [b"%d" % worker_id], [pidfd])
        finally:
            os.close(pidfd)

    def _reap(self, worker_id: int) -> None:
        _, status = os.waitpid(worker_id, 0)
        self._workers.discard(worker_id)
        self._connection.send(b"%d" % os.waitstatus_to_exitcode(status))


def _become_worker(
    parent: int, descriptor: int, functions: Mapping[str, Function], limits: WorkerLimits
) -> None:
    """Run a worker in this process and end it."""
    status = 1
    try:
        sandbox.end_with_parent(parent)
        # Nothing is read from or written to the terminal or the log of the server.
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        os.closerange(3, descriptor)
        os.closerange(descriptor + 1, _LARGEST_DESCRIPTOR)
        worker.run(socket.socket(fileno=descriptor), functions, limits)
        status = 0
    finally:
        os._exit(status)


def _warm_up() -> None:
    """Load what the first picture would load, so that workers share its memory."""
    sandbox.readable()
    Image.init()
    photo = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(photo, "JPEG")
    target = os.memfd_create("warm-up")
    for format_ in (formats.JPEG, formats.PNG, formats.WEBP):
        size = Size.parse("32x32")
        render(photo, RenditionTarget(size, format_, target), Quality(), Limits())
    os.close(target)
    gc.collect()
    return_freed_memory()
    gc.freeze()  # so that collections in workers do not copy the pages


if __name__ == "__main__":
    main(sys.argv[1:])
