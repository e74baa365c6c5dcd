"""Functions of the library for jobs, and what a backend has to provide for them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..domain.filters import Filters, chosen_query_of
from ..domain.ids import parse_image_id
from .finding import pairs_of
from .values import JobInfo


class JobBackend(ABC):
    """Jobs of one site: changes of many images at once."""

    @abstractmethod
    def edit(self, image_ids: Sequence[str], changes: Mapping[str, Any]) -> str:
        """Begin a job that edits images; return its ID.  Raises BadInput."""

    @abstractmethod
    def edit_found(self, filters: Filters, changes: Mapping[str, Any]) -> str:
        """Begin a job that edits all images that meet the filters; return its ID.

        Raises BadInput.
        """

    @abstractmethod
    def job(self, job_id: str) -> JobInfo:
        """Return the progress of a job; raises UnknownJob."""

    @abstractmethod
    def cancel_job(self, job_id: str) -> None:
        """Stop a job; raises UnknownJob, BadInput."""

    @abstractmethod
    def undo_job(self, job_id: str) -> None:
        """Begin to undo a job; raises UnknownJob, BadInput."""


class JobFunctions:
    """The functions; `_backend` is the backend of the library."""

    _backend: JobBackend

    def edit_images(self, imageids: Sequence[str], changes: Mapping[str, Any]) -> str:
        """Begin to change the same fields of many images; return the ID of the job.

        `changes` has for each field (title, alt, tags, types, references.KEY, rights.NAME) one of
        set, add and remove with the values: `{"tags": {"add": ["sea"]}, "alt": {"remove": []}}`.
        The server does the work, or `huimages job follow`.
        """
        return self._backend.edit([parse_image_id(one) for one in imageids], changes)

    def edit_found_images(self, changes: Mapping[str, Any], **filters: str | Iterable[str]) -> str:
        """Begin the same for all images that meet the filters; return the ID of the job.

        Filters are those of `find_images`; without any, all images are changed.
        """
        given = pairs_of(filters)
        chosen_query_of([*given, *((name, "") for name in filters.keys() - dict(given).keys())])
        return self._backend.edit_found(given, changes)

    def get_job(self, job_id: str) -> JobInfo:
        """Return the progress of a job."""
        return self._backend.job(job_id)

    def cancel_job(self, job_id: str) -> None:
        """Stop a job; what it has done stays, and can be undone."""
        self._backend.cancel_job(job_id)

    def undo_job(self, job_id: str) -> None:
        """Begin to take back all that a job changed, but for fields that changed again since."""
        self._backend.undo_job(job_id)
