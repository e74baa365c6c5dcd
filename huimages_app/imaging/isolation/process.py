"""The server's side: the fork server and its workers, as processes."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from ...errors import HuimagesError, StorageUnavailable
from . import messages
from .messages import BadMessage, LogLine
from .sandbox import Layers, WorkerLimits

log = logging.getLogger(__name__)

FORK_SERVER: Final = "huimages_app.imaging.isolation.fork_server"
# The only variables that the fork server gets; none of them contains a secret.
_VARIABLES: Final = ("PYTHON", "LANG", "LC_", "LD_LIBRARY_PATH", "MALLOC_", "TZ")
# Seconds until the fork server or a new worker replies; on an idle machine 0.3 and 0.003.
_PATIENCE: Final = 60.0


class WorkerFailure(Exception):
    """A worker crashed, hung, or sent what no worker should send.

    `kind` is "crash", "timeout", "memory" or "message".
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Worker:
    """A worker process.  Used by one thread at a time."""

    def __init__(self, connection: socket.socket, process_id: int, pidfd: int) -> None:
        self._connection = connection
        self.process_id = process_id
        self._pidfd = pidfd
        self.jobs = 0

    def is_idle(self) -> bool:
        """Return whether it lives, and has sent nothing since its last job."""
        self._connection.setblocking(False)
        try:
            self._connection.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False  # a message, or the end

    def call(
        self,
        job: bytes,
        descriptors: Sequence[int],
        reserve: Callable[[int], object],
        seconds: float,
    ) -> bytes:
        """Run a job; return its result or error.

        `reserve` is called for memory; its HuimagesError ends the job.  `seconds` bound the time
        by the clock, without the waits for memory.  Raises WorkerFailure.
        """
        self.jobs += 1
        deadline = time.monotonic() + seconds
        requests = lines = 0
        refusal: HuimagesError | None = None
        try:
            self._connection.settimeout(seconds)
            socket.send_fds(self._connection, [job], descriptors)
            while True:
                message = self._receive(deadline - time.monotonic())
                if message.startswith(messages.MEMORY) and requests < messages.MAX_MEMORY_REQUESTS:
                    requests += 1
                    begun = time.monotonic()
                    refusal = self._reserve(messages.load_number(message[1:]), reserve)
                    deadline += time.monotonic() - begun
                elif message.startswith(messages.LOG) and lines < messages.MAX_LOG_LINES:
                    lines += 1
                    _write_log(messages.load(LogLine, message[1:]))
                elif message.startswith((messages.RESULT, messages.ERROR)):
                    if refusal:
                        raise refusal
                    return message
                else:
                    raise BadMessage(f"unexpected message {message[:20]!r}")
        except TimeoutError as error:
            raise WorkerFailure("timeout", f"no result after {seconds:g} seconds") from error
        except BadMessage as error:
            raise WorkerFailure("message", str(error)) from error
        except (BrokenPipeError, ConnectionResetError) as error:
            raise WorkerFailure("crash", "the connection was closed") from error

    def layers(self) -> Layers:
        """Return what the worker sends first.  Raises WorkerFailure."""
        try:
            message = self._receive(_PATIENCE)
            layers: Layers = messages.load(Layers, message.removeprefix(messages.RESULT))
        except (OSError, BadMessage) as error:
            raise WorkerFailure("crash", f"it did not start: {error}") from error
        return layers

    def kill(self) -> None:
        """End the process at once, also one that is stopped."""
        try:
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        except ProcessLookupError:
            pass
        finally:
            os.close(self._pidfd)
            self._connection.close()

    def _receive(self, seconds: float) -> bytes:
        if seconds <= 0:
            raise TimeoutError
        self._connection.settimeout(seconds)
        # Descriptors that a worker may send along are dropped by the kernel.
        message = self._connection.recv(messages.MAX_MESSAGE)
        if not message:
            raise WorkerFailure("crash", "the process ended")
        return message

    def _reserve(self, size: int, reserve: Callable[[int], object]) -> HuimagesError | None:
        """Reserve memory and reply; return why there is none."""
        try:
            reserve(size)
        except HuimagesError as error:
            self._connection.send(messages.NO)
            return error
        self._connection.send(messages.YES)
        return None


class ForkServerProcess:
    """The process that workers are forked from; a new one is started when it has ended.

    `module` is the program that it runs.  Thread-safe.
    """

    def __init__(self, limits: WorkerLimits, module: str = FORK_SERVER) -> None:
        self._limits = limits
        self._module = module
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._is_closed = False

    def fork(self) -> Worker:
        """Return a new worker.  Raises StorageUnavailable if no process can be started."""
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with its, self._lock:
                reply, descriptors = self._request(messages.FORK, [its.fileno()])
        except OSError as error:
            ours.close()
            raise StorageUnavailable(f"no decoder can be started: {error}") from error
        return Worker(ours, int(reply), descriptors[0])

    def reap(self, worker: Worker) -> str:
        """Return how a worker ended that was killed: "status 1", "signal SIGSEGV"."""
        try:
            with self._lock:
                if self._connection is None:
                    return "unknown"
                reply, _ = self._exchange(
                    self._connection, messages.REAP + b"%d" % worker.process_id
                )
        except OSError:
            return "unknown"  # it ended together with the fork server
        status = int(reply)
        return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"

    def close(self) -> None:
        """End it and all workers."""
        with self._lock:
            self._is_closed = True
            self._stop()

    def _request(self, message: bytes, descriptors: Sequence[int]) -> tuple[bytes, list[int]]:
        if self._connection is not None:
            try:
                return self._exchange(self._connection, message, descriptors)
            except OSError as error:
                log.error("fork server of decoders ended error=%s", error)
                self._stop()
        return self._exchange(self._start(), message, descriptors)

    def _exchange(
        self, connection: socket.socket, message: bytes, descriptors: Sequence[int] = ()
    ) -> tuple[bytes, list[int]]:
        socket.send_fds(connection, [message], descriptors)
        reply, received, _, _ = socket.recv_fds(connection, 64, 1)
        if not reply:
            raise ConnectionResetError("the fork server of decoders ended")
        return reply, received

    def _start(self) -> socket.socket:
        if self._is_closed:
            raise ConnectionResetError("the decoders are closed")
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(_PATIENCE)
        limits = json.dumps(dataclasses.asdict(self._limits))
        # A new program inherits no memory, and no descriptor but the one passed.
        with its:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", self._module, str(its.fileno()), limits],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                pass_fds=[its.fileno()],
            )
        self._connection = ours
        return ours

    def _stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(_VARIABLES)}


def _write_log(line: LogLine) -> None:
    level = logging.ERROR if line.level >= logging.ERROR else logging.WARNING
    # Escaped: a worker under foreign control could forge lines.
    log.log(level, "decoder reported message=%r", line.message)
