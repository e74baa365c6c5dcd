"""Jobs of the backend that works on the storage directly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..domain.filters import Filters, chosen_query_of
from .jobs import JobBackend
from .process import services_of_process
from .values import JobInfo


class LocalJobs(JobBackend):
    """Uses the services of this process."""

    def edit(self, image_ids: Sequence[str], changes: Mapping[str, Any]) -> str:
        from ..services.image_edit import ImageEdit
        from ..services.jobs.bulk_edit import NAME, order_of
        from ..services.uploads import PROGRAM

        order = order_of(ImageEdit.parse(changes), PROGRAM)
        items = [{"id": image_id} for image_id in dict.fromkeys(image_ids)]
        return services_of_process().jobs.create(NAME, order, items).id

    def edit_found(self, filters: Filters, changes: Mapping[str, Any]) -> str:
        from ..services.image_edit import ImageEdit
        from ..services.jobs.bulk_edit import NAME, order_of
        from ..services.uploads import PROGRAM

        order = order_of(ImageEdit.parse(changes), PROGRAM, chosen_query_of(filters))
        return services_of_process().jobs.create(NAME, order).id

    def job(self, job_id: str) -> JobInfo:
        job = services_of_process().jobs.get(job_id)
        return JobInfo(job.id, job.state, job.total, job.done, job.changed, job.skipped, job.kept)

    def cancel_job(self, job_id: str) -> None:
        services_of_process().jobs.cancel(job_id)

    def undo_job(self, job_id: str) -> None:
        services_of_process().jobs.undo(job_id)
