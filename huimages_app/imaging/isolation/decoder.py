"""Decode in worker processes."""

from __future__ import annotations

import io
import logging
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

from ...config.cores import usable_cores
from ...domain import formats
from ...domain.content import is_content_box
from ...domain.formats import Format
from ...domain.likeness import is_hash
from ...errors import CorruptOriginal, NotAnImage, StorageUnavailable
from ...observation import steps
from .. import input_formats
from ..decode import HeaderInfo
from ..decoder import Decoder
from ..decoding_budget import DecodingBudget
from ..options import Inspection, Limits, Quality, RenditionTarget
from . import files, messages
from .messages import BadMessage, ErrorReport, Job
from .pool import WorkerPool
from .process import FORK_SERVER, ForkServerProcess, WorkerFailure
from .sandbox import WorkerLimits

log = logging.getLogger(__name__)

_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_THUMBHASH: Final = re.compile(r"[A-Za-z0-9+/]{8,40}={0,2}")
# Bytes that are reserved for each job if they are free: enough for 12 megapixels at a half, or for
# 3 as a whole.  To ask for them takes a tenth of a millisecond.
_ADVANCE: Final = 16 << 20
# Steps whose duration workers report.
_STEPS: Final = ("decode", "scale", "encode")
_FOR_CLIENTS: Final = {
    "crash": "the decoder crashed",
    "timeout": "it takes too long",
    "memory": "it takes too much memory",
    "message": "the decoder failed",
    "error": "the decoder failed",
}
# Most bytes per pixel that a decoder takes: docs/decisions/018.
_BYTES_PER_PIXEL: Final = 5
_BYTES_PER_PIXEL_WHOLE: Final = 14


def worker_limits(limits: Limits, memory: int, seconds: int) -> WorkerLimits:
    """Return the limits of a worker that decodes every picture within `limits`.

    `memory` is the budget of all workers.  Twice as much of it, or of what the largest picture
    takes, is address space that a worker may have: pictures take less than reserved, while
    encoders and the C allocator take more.
    """
    largest = max(
        _BYTES_PER_PIXEL * limits.max_pixels, _BYTES_PER_PIXEL_WHOLE * limits.max_pixels_whole
    )
    file_size = _BYTES_PER_PIXEL * limits.max_pixels
    return WorkerLimits(2 * max(memory, largest), file_size, seconds)


class IsolatedDecoder(Decoder):
    """Decodes in workers.  A picture that one does not survive is reported as damaged.

    `on_failure` is called with the kind of each failure: crash, timeout, memory, message, error.
    """

    def __init__(
        self,
        limits: Limits,
        budget: DecodingBudget,
        worker: WorkerLimits,
        *,
        parallel: int,
        on_failure: Callable[[str], None] = lambda kind: None,
        module: str = FORK_SERVER,
    ) -> None:
        """`parallel`: the number of renditions at the same time, which the caller limits.

        `module` is the program that workers are forked from.
        """
        super().__init__(limits, budget)
        self._pool = WorkerPool(ForkServerProcess(worker, module), parallel + 1)
        # By the clock, a busy machine may need more than CPU time.
        self._seconds = 2 * worker.seconds
        self._on_failure = on_failure
        self._slots: AbstractContextManager[object] = nullcontext()
        # Uploads are limited by the server's threads only, those of a command by its jobs.
        self._untimed_slots = threading.BoundedSemaphore(max(parallel, usable_cores()) + 1)

    def without_timeout(self) -> Self:
        decoder = super().without_timeout()
        decoder._slots = self._untimed_slots
        return decoder

    def start(self) -> None:
        try:
            self._pool.start()
        except StorageUnavailable as error:
            # Cached pictures can be served.  The next picture tries again.
            log.error("decoders not started error=%s", error)

    def close(self) -> None:
        self._pool.close()

    def inspect(self, file: BinaryIO) -> Inspection:
        with files.for_reading(file) as descriptor:

            def verify(found: Inspection) -> None:
                self._verify(found, os.pread(descriptor, input_formats.HEAD, 0))

            result: Inspection = self._run("inspect", Inspection, [descriptor], {}, verify)
            return result

    def read_header(self, file: BinaryIO) -> HeaderInfo:
        with files.for_reading(file) as descriptor:

            def verify(found: HeaderInfo) -> None:
                format_ = input_formats.detect(os.pread(descriptor, input_formats.HEAD, 0))
                is_type = format_ is not None and found.contenttype == format_.contenttype
                if not is_type or not all(map(self._is_possible, (found.stored, found.upright))):
                    raise WorkerFailure("message", f"impossible header {found}")

            result: HeaderInfo = self._run("read_header", HeaderInfo, [descriptor], {}, verify)
            return result

    def render(
        self,
        original: BinaryIO,
        target: RenditionTarget,
        quality: Quality,
        full_size: tuple[int, int] | None = None,
    ) -> None:
        arguments = {
            "target": replace(target, path=0),
            "quality": quality,
            "full_size": full_size,
        }
        with files.for_reading(original) as source, files.for_writing(target.path) as written:
            self._run(
                "render",
                tuple[int, int],
                [source, written],
                arguments,
                lambda _: _require_format(written, target.format),
            )

    def make_previews(
        self, original: BinaryIO, targets: Mapping[int, Path | int]
    ) -> tuple[int, ...]:
        with ExitStack() as stack:
            source = stack.enter_context(files.for_reading(original))
            written = {
                side: stack.enter_context(files.for_writing(path)) for side, path in targets.items()
            }

            def verify(made: tuple[int, ...]) -> None:
                for side in made:
                    if side not in written:
                        raise WorkerFailure("message", f"preview of {side} pixels")
                    _require_format(written[side], formats.JPEG)

            arguments = {"sides": tuple(written)}
            descriptors = [source, *written.values()]
            made: tuple[int, ...] = self._run(
                "make_previews", tuple[int, ...], descriptors, arguments, verify
            )
            return made

    def _run(
        self,
        function: str,
        kind: Any,
        descriptors: Sequence[int],
        arguments: Mapping[str, object],
        verify: Callable[[Any], None],
    ) -> Any:
        """Return the result of a function of `worker.FUNCTIONS`, of the type `kind`.

        Raises what the function raises.  `verify` raises WorkerFailure for a result that
        cannot be right.
        """
        with (
            self._reporting(function),
            self._slots,
            ExitStack() as stack,
            self._pool.lend() as worker,
        ):
            has_advance = stack.enter_context(self._budget.reserve_now(_ADVANCE))
            job = Job(function, {**arguments, "limits": self.limits}, _ADVANCE * has_advance)
            content = job.dump()
            if len(content) > messages.MAX_MESSAGE:
                in_file = stack.enter_context(files.for_reading(io.BytesIO(content)))
                content, descriptors = messages.JOB_IN_FILE, [in_file, *descriptors]
            message = worker.call(
                content,
                descriptors,
                lambda size: stack.enter_context(self._budget.reserve(size)),
                self._seconds,
            )
            result = _result(kind, message)
            verify(result)
            return result

    def _verify(self, found: Inspection, head: bytes) -> None:
        """Raise WorkerFailure for facts that no picture within the limits can have."""
        format_ = input_formats.detect(head)
        if (
            format_ is not None
            and (found.contenttype, found.extension) == (format_.contenttype, format_.extension)
            and self._is_possible((found.width, found.height))
            and self._is_possible((found.stored_width, found.stored_height))
            and 0 < found.frames <= self.limits.max_frames
            and _COLOUR.fullmatch(found.placeholder)
            and is_content_box(found.content)
            and (not found.backdrop or _COLOUR.fullmatch(found.backdrop))
            and _THUMBHASH.fullmatch(found.thumbhash)
            and is_hash(found.phash)
            and found.embedded.is_clean
        ):
            return
        raise WorkerFailure("message", f"impossible facts {found}")

    def _is_possible(self, size: tuple[int, int]) -> bool:
        return min(size) > 0 and size[0] * size[1] <= self.limits.max_pixels

    @contextmanager
    def _reporting(self, function: str) -> Iterator[None]:
        """Count and log a WorkerFailure, and raise it as an error of the picture."""
        try:
            yield
        except WorkerFailure as failure:
            self._on_failure(failure.kind)
            log.error("decoder failed kind=%s job=%s error=%s", failure.kind, function, failure)
            is_rendering = function in {"render", "make_previews"}
            error = CorruptOriginal if is_rendering else NotAnImage
            cause = _FOR_CLIENTS[failure.kind]
            raise error(f"the picture can't be decoded: {cause}") from failure


def _result(kind: Any, message: bytes) -> Any:
    """Return the result in a worker's last message, or raise the error in it."""
    try:
        if message.startswith(messages.RESULT):
            result, seconds = messages.load(tuple[kind, dict[str, float]], message[1:])
            steps.replay({name: seconds[name] for name in _STEPS if seconds.get(name, -1) >= 0})
            return result
        report: ErrorReport = messages.load(ErrorReport, message[1:])
    except BadMessage as error:
        raise WorkerFailure("message", str(error)) from error
    if reported := report.as_error():
        raise reported
    kind_of_failure = "memory" if report.kind == messages.OUT_OF_MEMORY else "error"
    raise WorkerFailure(kind_of_failure, repr(report.message))


def _require_format(descriptor: int, format_: Format) -> None:
    found = input_formats.detect(os.pread(descriptor, input_formats.HEAD, 0))
    if found is None or found.contenttype != format_.contenttype:
        raise WorkerFailure("message", f"a file that is no {format_.extension}")
