"""Create, list, cancel and undo jobs."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ...errors import BadInput
from ...storage.interfaces import DocumentStore
from .. import audit
from ..histories import Histories
from .job import UNDOABLE, Item, Job, Part, Skip
from .kinds import JobKind
from .runner import JobRunner
from .store import PART_SIZE, JobStore

MAX_OPEN = 50  # jobs that wait or run
_PARTS_READ = 50  # for one page of skips
_INCOMPLETE = "its pictures were not stored completely"


class Jobs:
    """The jobs of a site, and the runner that works on them.  Thread-safe.

    Every method raises StorageUnavailable.
    """

    def __init__(
        self, documents: DocumentStore, histories: Histories, kinds: Sequence[JobKind]
    ) -> None:
        self._store = JobStore(documents)
        self._kinds = [kind.name for kind in kinds]
        self.runner = JobRunner(self._store, kinds, histories)

    def create(
        self, kind: str, order: Mapping[str, Any], items: Iterable[Item] | None = None
    ) -> Job:
        """Begin a job and return it; its creator is the actor of the audit log.

        Without `items` its kind lists them.  Raises BadInput if too many jobs wait.
        """
        if kind not in self._kinds:
            raise BadInput(f"{kind[:40]!r} is no kind of job; known: {', '.join(self._kinds)}")
        if sum(job.is_open for job in self._store.all()) >= MAX_OPEN:
            raise BadInput(f"{MAX_OPEN} jobs are waiting; cancel one, or try again later")
        now = datetime.now(UTC)
        # IDs sort by time.
        job_id = f"{time.time_ns() // 1000:014x}{secrets.token_hex(4)}"
        job = Job(job_id, kind, dict(order), _lasting(audit.actor()), now)
        job = self._with_items(job, items) if items is not None else job
        if items is None:
            self._store.add(job)
        audit.record("job created", job=job.id, kind=kind)
        self.runner.wake()
        return job

    def _with_items(self, job: Job, items: Iterable[Item]) -> Job:
        # A process that is killed in between leaves a failed job, whose parts are removed with it.
        self._store.add(replace(job, state="failed", error=_INCOMPLETE, finished=job.created))
        remaining = iter(items)
        total = number = 0
        while batch := tuple(itertools.islice(remaining, PART_SIZE)):
            self._store.change(job.id, lambda job, count=number + 1: replace(job, parts=count))  # type: ignore[misc]
            self._store.put_part(job.id, number, Part(batch))
            number, total = number + 1, total + len(batch)
        return self._store.change(
            job.id,
            lambda stored: replace(job, state="running", parts=number, total=total),
        )

    def get(self, job_id: str) -> Job:
        """Return a job; raises UnknownJob."""
        return self._store.get(job_id)

    def all(self) -> list[Job]:
        """Return all jobs that are kept, the newest first."""
        return self._store.all()[::-1]

    def first_images(self, job_id: str, most: int) -> list[str]:
        """Return the IDs of the first images of a job."""
        return [item["id"] for item in self._store.part(job_id, 0).items[:most]]

    def cancel(self, job_id: str) -> Job:
        """Stop a job; what it has done stays.  Raises UnknownJob, BadInput."""

        def stop(job: Job) -> Job:
            if job.state not in {"collecting", "running"}:
                raise BadInput(f"the job {job_id} is not running; nothing was cancelled")
            return replace(job, state="cancelled", finished=datetime.now(UTC))

        job = self._store.change(job_id, stop)
        audit.record("job cancelled", job=job_id)
        return job

    def undo(self, job_id: str) -> Job:
        """Begin to take back all that a job changed.  Raises UnknownJob, BadInput.

        Fields that were changed again since stay as they are, and are listed as skips.
        """

        actor = _lasting(audit.actor())

        def begin(job: Job) -> Job:
            if job.state not in UNDOABLE:
                raise BadInput(
                    f"the job {job_id} is {job.state}; expected one that is done, cancelled or "
                    "failed"
                )
            return replace(job, state="undoing", undone_by=actor, undone=0, kept=0, skips=())

        job = self._store.change(job_id, begin)
        audit.record("job undone", job=job_id)
        self.runner.wake()
        return job

    def skips(self, job_id: str, first: int = 0) -> tuple[list[Skip], int | None]:
        """Return skips of the parts from number `first` on, and the number to go on with.

        The latter is None at the end.  Of an undone job they are what its undoing kept.
        """
        job = self._store.get(job_id)
        is_undone = job.state in {"undoing", "undone"}
        found: list[Skip] = []
        if not (job.kept if is_undone else job.skipped):
            return found, None
        for number, part in enumerate(
            itertools.islice(self._store.parts(job, first), _PARTS_READ), first
        ):
            found += part.kept if is_undone else part.skips
            if found and number + 1 < job.parts:
                return found, number + 1
        following = first + _PARTS_READ
        return found, following if following < job.parts else None


def _lasting(actor: Mapping[str, str]) -> dict[str, str]:
    """Return the actor without what belongs to one request."""
    return {name: value for name, value in actor.items() if name != "by_address"}
