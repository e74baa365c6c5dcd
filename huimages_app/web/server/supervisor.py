"""The process that keeps worker processes running, and hands over to a new version."""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import time
from collections.abc import Callable
from typing import Final

from . import handover
from .handover import Handover, Trial
from .process import DRAIN_SECONDS
from .sockets import ListeningSockets
from .workers import WorkerPipes, Workers

log = logging.getLogger(__name__)

# Seconds that a new version may take to load.
_TRIAL_SECONDS: Final = 300.0
# Seconds after which workers that do not stop are killed.
_STOP_SECONDS: Final = DRAIN_SECONDS + 5
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


class Supervisor:
    """Runs `work` in `count` processes until SIGTERM or SIGINT.

    SIGHUP hands the sockets over to the new version of the program.  The workers of the
    `previous` version stop when all new ones serve.
    """

    def __init__(
        self,
        listening: ListeningSockets,
        count: int,
        work: Callable[[WorkerPipes], None],
        previous: Handover | None = None,
    ) -> None:
        self._listening = listening
        self._workers = Workers(count)
        self._work = work
        self._previous = previous
        self._trial: Trial | None = None
        self._deadline: float | None = None  # of the trial, or of stopping
        self._is_stopping = False
        # Python writes the number of each signal into it, which ends `select`.
        self._signals, self._wake_up = os.pipe()

    def run(self) -> None:
        """Supervise until all has stopped; in a worker, return when it has served."""
        self._receive_signals()
        gc.collect()
        gc.freeze()  # so that collections in workers do not copy the pages that they share
        while True:
            if not self._is_stopping and (pipes := self._workers.start_missing(self._own_pipes())):
                self._leave_signals()
                self._work(pipes)
                return
            self._wait()
            if not self._reap() and self._is_stopping:
                return
            self._check_previous()
            self._check_deadline()

    # signals

    def _receive_signals(self) -> None:
        os.set_blocking(self._wake_up, False)
        os.set_blocking(self._signals, False)
        signal.set_wakeup_fd(self._wake_up, warn_on_full_buffer=False)
        for number in _SIGNALS:
            signal.signal(number, lambda *_: None)
        # Blocked by the previous version while it executed this one.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def _leave_signals(self) -> None:
        """Undo it in a worker, which sets its own handlers."""
        signal.set_wakeup_fd(-1)
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os.close(self._signals)
        os.close(self._wake_up)

    def _own_pipes(self) -> list[int]:
        return [self._previous.stop] if self._previous else []

    def _wait(self) -> None:
        """Wait for a signal, a report or a time limit, and act on the first two."""
        times = [
            at
            for at in (self._deadline, None if self._is_stopping else self._workers.next_start())
            if at is not None
        ]
        seconds = max(0.0, min(times) - time.monotonic()) if times else None
        ready, _, _ = select.select([self._signals, *self._workers.ready_pipes()], [], [], seconds)
        for descriptor in ready:
            if descriptor != self._signals:
                self._workers.note_ready(descriptor)
        if self._signals in ready:
            for number in set(os.read(self._signals, 1024)):
                self._act_on(number)

    def _act_on(self, number: int) -> None:
        if number in {signal.SIGTERM, signal.SIGINT}:
            if self._is_stopping:
                self._workers.kill()
            self._stop()
        elif number == signal.SIGHUP:
            if self._trial or self._previous or self._is_stopping:
                log.warning(
                    "signal ignored: a new version is being loaded, or the server is stopping"
                )
            else:
                self._begin_trial()

    # stopping

    def _stop(self) -> None:
        log.info("stopping workers")
        self._is_stopping = True
        self._deadline = time.monotonic() + _STOP_SECONDS
        self._listening.refuse()
        self._workers.stop()
        self._stop_previous()
        if self._trial:
            self._trial.kill()
        # The workers accept the connections that wait, and close the sockets.
        for one in self._listening.sockets:
            one.close()

    def _check_deadline(self) -> None:
        if self._deadline is None or time.monotonic() < self._deadline:
            return
        self._deadline = None
        if self._is_stopping:
            log.error("workers killed because they did not stop seconds=%d", _STOP_SECONDS)
            self._workers.kill()
        elif self._trial:
            log.error("new version not loaded in time seconds=%d", _TRIAL_SECONDS)
            self._trial.kill()

    def _reap(self) -> bool:
        """Note the children that have ended; return whether there are others."""
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if not process:
                return True
            if self._trial and process == self._trial.process_id:
                self._end_trial(status)
            elif not self._is_stopping:
                self._workers.note_end(process, status)

    # a new version

    def _begin_trial(self) -> None:
        log.info("loading new version in a trial process")
        self._trial = Trial()
        self._deadline = time.monotonic() + _TRIAL_SECONDS

    def _end_trial(self, status: int) -> None:
        trial, self._trial = self._trial, None
        assert trial is not None  # noqa: S101
        is_loaded = trial.has_succeeded(status)
        if self._is_stopping:
            return
        self._deadline = None
        if not is_loaded:
            log.error("new version cannot be loaded; the old one goes on")
        else:
            log.info("handing over to the new version")
            signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
            handover.execute(self._listening, self._workers.stop_pipe)

    def _check_previous(self) -> None:
        if self._previous and self._workers.have_served:
            log.info("new version serves; stopping the old one")
            self._stop_previous()

    def _stop_previous(self) -> None:
        if self._previous:
            os.close(self._previous.stop)
            self._previous = None
