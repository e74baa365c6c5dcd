"""Jobs and their items in the document store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ...errors import HuimagesError, UnknownJob
from ...storage.interfaces import Document, DocumentStore
from .job import Job, Lease, Part

KIND, PART_KIND = "job", "job-part"
PART_SIZE = 200  # items in a document
LEASE = timedelta(seconds=60)


class LostLease(HuimagesError):
    """Another process works on the job.  Never leaves this package."""


class JobStore:
    """Reads and writes jobs.  Thread-safe.  Every method raises StorageUnavailable."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    def add(self, job: Job) -> None:
        """Store a new job."""
        self._documents.save(KIND, job.id, lambda present: job.document())

    def get(self, job_id: str) -> Job:
        """Return a job; raises UnknownJob."""
        document = self._documents.get(KIND, job_id)
        if document is None:
            raise UnknownJob(job_id)
        return Job.of(document)

    def all(self) -> list[Job]:
        """Return all jobs, oldest first."""
        jobs = [Job.of(document) for _, document in self._documents.items(KIND)]
        return sorted(jobs, key=lambda job: (job.created, job.id))

    def change(self, job_id: str, change: Callable[[Job], Job]) -> Job:
        """Store the result of `change`, as `DocumentStore.save`; raises UnknownJob."""

        def apply(document: Document | None) -> Document:
            if document is None:
                raise UnknownJob(job_id)
            # Fields of a newer program stay.
            return {**_without(document), **change(Job.of(document)).document()}

        stored = self._documents.save(KIND, job_id, apply)
        return Job.of(stored or {})

    def claim(self, job_id: str, owner: str) -> Job | None:
        """Give an open job to a process; return None if another one has it, or it is over."""
        now = datetime.now(UTC)

        def take(job: Job) -> Job:
            is_free = job.lease is None or job.lease.until <= now or job.lease.owner == owner
            if not job.is_open or not is_free:
                raise LostLease(job_id)
            return replace(job, lease=Lease(owner, now + LEASE))

        try:
            return self.change(job_id, take)
        except (LostLease, UnknownJob):
            return None

    def save_progress(self, job: Job, owner: str, *, keep: bool = True) -> Job:
        """Store the progress of a job that `owner` has; renew its lease, or end it unless `keep`.

        Returns the stored job, whose state is another one if an editor cancelled it meanwhile, or
        wants it undone.  Raises LostLease.
        """
        lease = Lease(owner, datetime.now(UTC) + LEASE) if keep else None

        def save(stored: Job) -> Job:
            if stored.lease is None or stored.lease.owner != owner:
                raise LostLease(job.id)
            new = _stopped(job, stored) if _is_stopped(job, stored) else job
            return replace(new, lease=lease)

        return self.change(job.id, save)

    # -- items

    def part(self, job_id: str, number: int) -> Part:
        """Return a part, empty if there is none."""
        document = self._documents.get(PART_KIND, _part_key(job_id, number))
        return Part(()) if document is None else Part.of(document)

    def put_part(self, job_id: str, number: int, part: Part) -> None:
        """Store a part."""
        self._documents.save(PART_KIND, _part_key(job_id, number), lambda old: part.document())

    def parts(self, job: Job, first: int = 0) -> Iterator[Part]:
        """Yield the parts from a number on."""
        for number in range(first, job.parts):
            yield self.part(job.id, number)

    def remove_parts(self, job: Job, first: int = 0) -> None:
        """Remove the parts from a number on."""
        for number in range(first, job.parts):
            self._documents.save(PART_KIND, _part_key(job.id, number), lambda old: None)

    def remove(self, job: Job) -> None:
        """Remove a job with its parts."""
        self.remove_parts(job)
        self._documents.save(KIND, job.id, lambda old: None)


def _is_stopped(job: Job, stored: Job) -> bool:
    """Return whether an editor stopped the work of which `job` is the progress."""
    if stored.state == "undoing":
        return job.state not in {"undoing", "undone"}
    return stored.state == "cancelled"


def _stopped(job: Job, stored: Job) -> Job:
    """Return the job as the editor wants it, with what was done before."""
    return replace(
        job,
        state=stored.state,
        finished=stored.finished,
        undone_by=stored.undone_by,
        skips=job.skips if stored.state == "cancelled" else stored.skips,
    )


def _part_key(job_id: str, number: int) -> str:
    return f"{job_id}-{number:06}"


def _without(document: Document) -> Document:
    """Return the fields of a document that `Job` does not know."""
    known = Job.__dataclass_fields__
    return {name: value for name, value in document.items() if name not in known}
