"""Warm workers, lent to one job at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ...errors import HuimagesError, StorageUnavailable
from .process import ForkServerProcess, Worker, WorkerFailure

log = logging.getLogger(__name__)

# A worker is replaced after so many jobs: C libraries slowly fragment its memory.
_JOBS: Final = 1000


class WorkerPool:
    """Keeps up to `idle` workers for the next jobs.  Thread-safe.

    There are as many workers as there were jobs at the same time: the callers limit them.
    """

    def __init__(self, fork_server: ForkServerProcess, idle: int) -> None:
        self._fork_server = fork_server
        self._most_idle = idle
        self._idle: list[Worker] = []
        self._lock = threading.Lock()
        self._is_reported = False
        self._is_closed = False

    def start(self) -> None:
        """Start the fork server and a first worker; others take 3 ms when they are needed."""
        worker = self._new()
        with self._lock:
            self._idle.append(worker)

    @contextmanager
    def lend(self) -> Iterator[Worker]:
        """Lend a worker for one job.  It is replaced after exceptions other than ours.

        Raises StorageUnavailable if no worker can be started.  A WorkerFailure for a crash
        gets the signal in its message.
        """
        worker = self._take()
        try:
            yield worker
        except HuimagesError:
            self._give_back(worker)
            raise
        except WorkerFailure as failure:
            ending = self._end(worker)
            if failure.kind == "crash":
                cpu_time_is_over = ending == "signal SIGXCPU"
                kind = "timeout" if cpu_time_is_over else failure.kind
                raise WorkerFailure(kind, f"the decoder ended with {ending}") from failure
            raise
        except BaseException:
            self._end(worker)
            raise
        else:
            self._give_back(worker)

    def close(self) -> None:
        """End all workers."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.kill()
        self._fork_server.close()

    def _take(self) -> Worker:
        while True:
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            if worker is None:
                return self._new()
            if worker.is_idle():
                return worker
            cause = self._end(worker)
            log.warning("idle decoder replaced process=%d cause=%s", worker.process_id, cause)

    def _give_back(self, worker: Worker) -> None:
        if worker.jobs < _JOBS:
            with self._lock:
                if len(self._idle) < self._most_idle and not self._is_closed:
                    self._idle.append(worker)
                    return
        self._end(worker)

    def _end(self, worker: Worker) -> str:
        worker.kill()
        return self._fork_server.reap(worker)

    def _new(self) -> Worker:
        worker = self._fork_server.fork()
        try:
            layers = worker.layers()
        except WorkerFailure as failure:
            ending = self._end(worker)
            raise StorageUnavailable(f"no decoder can be started: {ending}") from failure
        if not self._is_reported:
            self._is_reported = True
            level = logging.INFO if layers.landlock and layers.seccomp else logging.WARNING
            log.log(
                level,
                "decoders isolated landlock=%s seccomp=%s",
                layers.landlock or "unavailable",
                "on" if layers.seccomp else "unavailable",
            )
        return worker
