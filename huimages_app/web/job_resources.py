"""The parts of the URL tree below `/job` and `/api/v1/jobs`."""

from __future__ import annotations

from .resource import Resource


class JobPage(Resource):
    """The page of one job."""

    def __init__(self, parent: Resource, name: str) -> None:
        super().__init__(parent, name)
        self.job_id = name


class Jobs(Resource):
    """The jobs of editors.  Any other name is the ID of one."""

    reserved = frozenset({"edit"})  # names of views

    def __getitem__(self, name: str) -> JobPage:
        if name in self.reserved:
            raise KeyError(name)
        return JobPage(self, name)


class ApiJob(JobPage):
    """One job in the API."""


class ApiJobs(Resource):
    """The jobs in the API."""

    def __getitem__(self, name: str) -> ApiJob:
        return ApiJob(self, name)
