"""Jobs of the backend that uses the API of a site over HTTP."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any
from urllib.parse import quote

from ..client.jobs import JobBackend
from ..client.values import JobInfo
from ..domain.filters import Filters
from ..domain.searches import Search
from .transport import Transport


class HttpJobs(JobBackend):
    """Uses `/api/v1/jobs`."""

    @property
    @abstractmethod
    def transport(self) -> Transport:
        """The API of the site."""

    def edit(self, image_ids: Sequence[str], changes: Mapping[str, Any]) -> str:
        return self._create({"ids": list(image_ids), "edit": dict(changes)})

    def edit_found(self, filters: Filters, changes: Mapping[str, Any]) -> str:
        return self._create({"query": Search(tuple(filters)).values, "edit": dict(changes)})

    def job(self, job_id: str) -> JobInfo:
        item = self.transport.api("GET", _path(job_id)).json()
        return JobInfo(**{field.name: item[field.name] for field in fields(JobInfo)})

    def cancel_job(self, job_id: str) -> None:
        self.transport.api("POST", _path(job_id, "cancel"))

    def undo_job(self, job_id: str) -> None:
        self.transport.api("POST", _path(job_id, "undo"))

    def _create(self, order: Mapping[str, Any]) -> str:
        return str(self.transport.api("POST", "/jobs", json=order).json()["id"])


def _path(job_id: str, *further: str) -> str:
    return "/".join(["/jobs", quote(job_id, safe=""), *further])
