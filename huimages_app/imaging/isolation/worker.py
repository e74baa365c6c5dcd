"""The loop of a worker: receive a job, decode, send the result."""

from __future__ import annotations

import errno
import logging
import os
import select
import socket
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, BinaryIO, Final

from ...errors import HuimagesError, ServerBusy
from ...observation import steps
from ..allocator import keep_small_heap, return_freed_memory
from ..decode import HeaderInfo, read_header
from ..decoding_budget import DecodingBudget
from ..inspect import inspect
from ..options import Inspection, Limits, RenditionTarget
from ..pipeline import render
from ..previews import make_previews
from . import messages, sandbox
from .messages import ErrorReport, Job, LogLine
from .sandbox import WorkerLimits

# Gets the original, the descriptors of the files to write, the budget, and its own arguments.
Function = Callable[..., object]
# Bytes read at once.  Headers are looked at in small steps, and Pillow reads pieces of 64 kB: with
# the default of a block of the disk, each of them took two or three system calls.
_BUFFER: Final = 1 << 18
# Seconds without a job after which the memory of the last picture is returned to the system.
_IDLE: Final = 10.0
# Pillow's text for a decoder that got no memory.
_NO_MEMORY_IN_PILLOW: Final = "out of memory"


def _inspect(
    original: BinaryIO, targets: Sequence[int], budget: DecodingBudget, limits: Limits
) -> Inspection:
    return inspect(original, limits, budget)


def _read_header(
    original: BinaryIO, targets: Sequence[int], budget: DecodingBudget, limits: Limits
) -> HeaderInfo:
    return read_header(original, limits, budget)


def _render(
    original: BinaryIO,
    targets: Sequence[int],
    budget: DecodingBudget,
    target: RenditionTarget,
    **options: Any,
) -> tuple[int, int]:
    return render(original, replace(target, path=targets[0]), budget=budget, **options)


def _make_previews(
    original: BinaryIO,
    targets: Sequence[int],
    budget: DecodingBudget,
    sides: Sequence[int],
    limits: Limits,
) -> tuple[int, ...]:
    return make_previews(original, dict(zip(sides, targets, strict=True)), limits, budget)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "inspect": _inspect,
    "read_header": _read_header,
    "render": _render,
    "make_previews": _make_previews,
}


def run(connection: socket.socket, functions: Mapping[str, Function], limits: WorkerLimits) -> None:
    """Enter the sandbox, send its layers, and work until the server closes the connection."""
    keep_small_heap()
    layers = sandbox.enter(limits)
    connection.send(messages.RESULT + messages.dump(layers))
    serve(connection, functions, limits.seconds)


def serve(
    connection: socket.socket, functions: Mapping[str, Function], seconds: int | None
) -> None:
    """Run jobs, each with so many seconds of CPU time, until the server closes the connection."""
    log = logging.getLogger("huimages_app")
    log.propagate = False
    log.handlers[:] = [_ServerLog(connection)]
    budget = _ServerBudget(connection)
    while True:
        if not select.select([connection], [], [], _IDLE)[0]:
            return_freed_memory()
        message, descriptors, _, _ = socket.recv_fds(
            connection, messages.MAX_MESSAGE, messages.MAX_DESCRIPTORS
        )
        if not message:
            return
        if seconds is not None:
            sandbox.limit_cpu_time(seconds)
        try:
            if message == messages.JOB_IN_FILE:
                with os.fdopen(descriptors.pop(0), "rb") as file:
                    message = file.read()
            reply = _reply(functions, Job.load(message), descriptors, budget)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        connection.send(reply)


def _reply(
    functions: Mapping[str, Function],
    job: Job,
    descriptors: Sequence[int],
    budget: _ServerBudget,
) -> bytes:
    original, *targets = descriptors
    try:
        budget.advance = job.advance
        with (
            open(original, "rb", buffering=_BUFFER, closefd=False) as file,
            steps.recorded() as seconds,
        ):
            result = functions[job.function](file, targets, budget, **job.arguments)
        return messages.RESULT + messages.dump([result, seconds])
    except Exception as error:  # noqa: BLE001
        return messages.ERROR + messages.dump(_report(error))


def _report(error: Exception) -> ErrorReport:
    if _is_out_of_memory(error):
        return ErrorReport(messages.OUT_OF_MEMORY, messages.shortened(str(error)))
    if isinstance(error, HuimagesError):
        return ErrorReport.of(error)
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ErrorReport(messages.OS_ERROR, messages.shortened(str(error)), error.errno)
    return ErrorReport(messages.UNEXPECTED, messages.shortened(traceback.format_exc()))


def _is_out_of_memory(error: BaseException | None) -> bool:
    """Return whether the error, or one that it was raised from, is for want of memory."""
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        if isinstance(error, OSError) and (
            error.errno == errno.ENOMEM or _NO_MEMORY_IN_PILLOW in str(error)
        ):
            return True
        error = error.__cause__
    return False


class _ServerBudget(DecodingBudget):
    """The budget of the server process, which releases the memory when the job has ended.

    The first `advance` bytes of a job are reserved.  What a step of the job gives back serves the
    next one: to ask for the memory of both could be more than there ever is.
    """

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(None)
        self._connection = connection
        self.advance = 0

    @contextmanager
    def reserve(self, size: int) -> Iterator[None]:
        missing = size - self.advance
        self.advance = max(0, -missing)
        if missing > 0:
            self._connection.send(messages.MEMORY + b"%d" % missing)
            if self._connection.recv(1) != messages.YES:
                raise ServerBusy("the server process has no memory for decoding")
        try:
            yield
        finally:
            self.advance += size


class _ServerLog(logging.Handler):
    """Sends warnings and errors to the log of the server process."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(logging.WARNING)
        self._connection = connection

    def emit(self, record: logging.LogRecord) -> None:
        line = LogLine(record.levelno, messages.shortened(self.format(record)))
        self._connection.send(messages.LOG + messages.dump(line))
