"""Worker processes: forked, watched, and started again when they end."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

log = logging.getLogger(__name__)

# A worker that ends sooner is started again after a pause, which doubles each time.
_SHORT_LIFE: Final = 10.0
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0


class WorkerPipes:
    """The pipes between a worker and its supervisor."""

    def __init__(self, stop: int, ready: int) -> None:
        self.stop = stop  # at its end when the worker is to stop, or the supervisor has ended
        self._ready = ready

    def report_ready(self) -> None:
        """Report to the supervisor that this worker serves."""
        os.write(self._ready, b"1")
        os.close(self._ready)


@dataclass
class _Slot:
    """The place of one worker; `ready` is its pipe until it has reported."""

    process: int = 0
    began: float = 0.0
    ready: int | None = None
    has_served: bool = False
    failures: int = 0
    start_at: float = 0.0


class Workers:
    """Worker processes, one for each slot.  Used by the supervisor's only thread."""

    def __init__(self, count: int) -> None:
        self._slots = [_Slot() for _ in range(count)]
        # Closed at its writing end, it stops all workers; also if the supervisor is killed.
        self._stop_read, self.stop_pipe = os.pipe()

    @property
    def have_served(self) -> bool:
        """Return whether each worker, or one in its place before, has reported to be ready."""
        return all(slot.has_served for slot in self._slots)

    def start_missing(self, close_in_worker: Iterable[int]) -> WorkerPipes | None:
        """Fork the workers that are due; return the pipes in a worker, None in the supervisor."""
        for slot in self._slots:
            if not slot.process and time.monotonic() >= slot.start_at:
                ready, its = os.pipe()
                slot.process = os.fork()
                if not slot.process:
                    return self._become_worker(its, [ready, *close_in_worker])
                os.close(its)
                slot.began, slot.ready = time.monotonic(), ready
        return None

    def next_start(self) -> float | None:
        """Return the time of the next start; None if none is due."""
        return min((slot.start_at for slot in self._slots if not slot.process), default=None)

    def ready_pipes(self) -> list[int]:
        """Return the pipes by which workers report."""
        return [slot.ready for slot in self._slots if slot.ready is not None]

    def note_ready(self, pipe: int) -> None:
        """Read the report of a worker from its pipe."""
        slot = next(slot for slot in self._slots if slot.ready == pipe)
        slot.has_served |= os.read(pipe, 1) == b"1"
        os.close(pipe)
        slot.ready = None

    def note_end(self, process: int, status: int) -> None:
        """Plan a new worker in the place of one that has ended."""
        for slot in self._slots:
            if slot.process == process:
                slot.process = 0
                lifetime = time.monotonic() - slot.began
                slot.failures = slot.failures + 1 if lifetime < _SHORT_LIFE else 0
                pause = _pause(slot.failures)
                slot.start_at = time.monotonic() + pause
                log.error(
                    "worker ended process=%d status=%d seconds=%.1f pause=%.1f",
                    process,
                    os.waitstatus_to_exitcode(status),
                    lifetime,
                    pause,
                )

    def stop(self) -> None:
        """Have all workers complete their requests and end."""
        if self.stop_pipe >= 0:
            os.close(self.stop_pipe)
            self.stop_pipe = -1

    def kill(self) -> None:
        """End all workers at once."""
        for slot in self._slots:
            if slot.process:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(slot.process, signal.SIGKILL)

    def _become_worker(self, ready: int, others: Iterable[int]) -> WorkerPipes:
        for descriptor in (self.stop_pipe, *self.ready_pipes(), *others):
            os.close(descriptor)
        return WorkerPipes(self._stop_read, ready)


def _pause(failures: int) -> float:
    """Return the seconds until a worker is started again."""
    if not failures:
        return 0.0
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(failures - 1, 10))
