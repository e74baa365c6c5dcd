"""A job that this process has claimed, and its progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ...errors import HuimagesError
from .job import Job, State
from .store import JobStore

SAVE_EVERY = 2.0  # seconds of work that are repeated after a kill


class Interrupted(HuimagesError):
    """The process, an editor or the turn of another job stops this one.  Stays in this package."""


class Claim:
    """The present state of a claimed job.  For one thread."""

    def __init__(
        self,
        store: JobStore,
        job: Job,
        owner: str,
        is_stopped: Callable[[], bool],
        *,
        progress: Callable[[Job], None],
        turn: float,
    ) -> None:
        self.store = store
        self.job = job
        self._owner = owner
        self._is_stopped = is_stopped
        self._progress = progress
        self._saved = time.monotonic()
        self._turn_ends = self._saved + turn

    @property
    def is_due(self) -> bool:
        """Return whether the progress must be saved: long before the lease ends, or at the end."""
        return time.monotonic() - self._saved >= SAVE_EVERY or self._is_stopped()

    def update(self, **fields: Any) -> None:
        """Change the job, without storing it."""
        self.job = replace(self.job, **fields)

    def save(self) -> None:
        """Store the progress.

        Raises Interrupted if the work must end here, with the lease given back; LostLease.
        """
        stored = self.store.save_progress(self.job, self._owner, keep=not self._is_stopped())
        self._saved = time.monotonic()
        self._progress(stored)
        if stored.lease is None:
            raise Interrupted("the process stops")
        if stored.state != self.job.state:
            self.store.save_progress(stored, self._owner, keep=False)
            raise Interrupted(f"the job is {stored.state}")

    def end_turn(self) -> None:
        """Leave the job to its next turn if this one has lasted long enough; raises Interrupted."""
        if time.monotonic() >= self._turn_ends:
            self.release()
            raise Interrupted("other jobs have their turn")

    def finish(self, state: State, error: str = "") -> None:
        """Store the end of the work, unless an editor stopped the job before."""
        self.update(state=state, error=error, finished=datetime.now(UTC))
        self.job = self.store.save_progress(self.job, self._owner, keep=False)
        self._progress(self.job)

    def release(self) -> None:
        """Store the progress, and leave the job to other processes."""
        self.store.save_progress(self.job, self._owner, keep=False)
