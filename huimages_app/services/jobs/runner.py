"""Do the work of jobs: in turns in one thread of each process, under a lease."""

from __future__ import annotations

import logging
import math
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from ...errors import HuimagesError
from ..histories import Histories
from .claim import Claim, Interrupted
from .job import Job
from .kinds import JobKind
from .run import run
from .store import JobStore, LostLease

log = logging.getLogger(__name__)

INTERVAL = 15.0  # seconds between two looks for jobs of other processes
TURN = 10.0  # seconds after which a long job lets the others have their turns
KEPT = timedelta(days=30)
MAX_KEPT = 200  # finished jobs


class JobRunner:
    """Works on the open jobs of a site.  Thread-safe.

    A process that is killed leaves its lease behind; another one continues when it has expired.
    """

    def __init__(
        self,
        store: JobStore,
        kinds: Iterable[JobKind],
        histories: Histories,
        interval: float = INTERVAL,
    ) -> None:
        self._store = store
        self._kinds = {kind.name: kind for kind in kinds}
        self._histories = histories
        self._interval = interval
        self._owner = secrets.token_hex(8)
        self._work = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work on jobs in the background."""
        self._thread = threading.Thread(target=self._loop, name="huimages-jobs", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look for jobs now."""
        self._work.set()

    def close(self) -> None:
        """Stop after the image in work, and leave the job to other processes."""
        self._stopped.set()
        self._work.set()
        if self._thread is not None:
            self._thread.join()

    def run(self, job_id: str, progress: Callable[[Job], None] = lambda job: None) -> Job:
        """Work on a job, or wait for the process that does, until it is over; return it.

        `progress` is called now and then.  Raises UnknownJob, StorageUnavailable.
        """
        while (job := self._store.get(job_id)).is_open and not self._stopped.is_set():
            if not self._work_on(job_id, progress):
                progress(job)
                time.sleep(min(1.0, self._interval))
        return job

    def run_pending(self) -> int:
        """Work on every open job that no other process has; return how many there were.

        A job that lasts longer than a turn, and the ones created meanwhile, have their turns after
        the others.  Raises StorageUnavailable.
        """
        worked_on: set[str] = set()
        while turns := self._turns():
            worked_on |= turns
        return len(worked_on)

    def _turns(self) -> set[str]:
        """Give every open job a turn; return the IDs of those that no other process had."""
        jobs = self._store.all()
        self._remove_old(jobs)
        return {job.id for job in jobs if job.is_open and self._work_on(job.id, turn=TURN)}

    def _loop(self) -> None:
        while not self._stopped.is_set():
            self._work.clear()
            try:
                self.run_pending()
            except HuimagesError as error:
                # Tried again after the interval, for as long as the storage is down.
                log.warning("jobs wait: error=%s", error)
            except Exception:
                # One broken document must not end the work on all other jobs.
                log.exception("looking for jobs failed")
            self._work.wait(self._interval)

    def _work_on(
        self,
        job_id: str,
        progress: Callable[[Job], None] = lambda job: None,
        turn: float = math.inf,
    ) -> bool:
        """Return whether this process had the job."""
        if self._stopped.is_set() or (job := self._store.claim(job_id, self._owner)) is None:
            return False
        kind = self._kinds.get(job.kind)
        if kind is None:  # of a newer program
            self._store.save_progress(job, self._owner, keep=False)
            return False
        claim = Claim(
            self._store, job, self._owner, self._stopped.is_set, progress=progress, turn=turn
        )
        try:
            run(claim, kind, self._histories)
        except Interrupted as reason:
            log.info("job interrupted: job=%s reason=%s", job_id, reason)
        except LostLease:
            log.warning("job lost to another process: job=%s", job_id)
        return True

    def _remove_old(self, jobs: list[Job]) -> None:
        finished = [job for job in jobs if not job.is_open]
        since = datetime.now(UTC) - KEPT
        for index, job in enumerate(reversed(finished)):
            if index >= MAX_KEPT or (job.finished or job.created) < since:
                self._store.remove(job)
