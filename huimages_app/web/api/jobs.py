"""`/api/v1/jobs`: edit many images, follow the job, cancel and undo it."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.filters import chosen_query_of
from ...domain.ids import parse_image_id
from ...errors import BadInput
from ...services.image_edit import ImageEdit
from ...services.jobs.bulk_edit import NAME, order_of
from ...services.jobs.job import Job, Skip
from ...services.permissions import EDIT
from ..job_resources import ApiJob, ApiJobs
from ..presentation.conditional import conditional_json
from ..presentation.image_json import time_text
from . import bodies
from .parameters import query

MAX_IDS = 10_000
_LONGEST_ID = 60


_BODY = {
    "ids": (f"a list of at most {MAX_IDS:,} image IDs", bodies.texts(_LONGEST_ID, MAX_IDS)),
    "query": ("an object of texts, or lists of texts, by the names of filters", bodies.filters),
    "edit": ('an object like {"tags": {"add": ["sea"]}}', bodies.json_object),
}


@view_config(context=ApiJobs, request_method="GET", permission=EDIT)
def jobs(context: ApiJobs, request: Request) -> Response:
    """Return all jobs that are kept, the newest first."""
    query(request)
    return conditional_json({"items": [_item(job) for job in request.services.jobs.all()]})


@view_config(context=ApiJobs, request_method="POST", permission=EDIT)
def create(context: ApiJobs, request: Request) -> Response:
    """Begin to apply `edit` to the images `ids`, or to all that match `query`."""
    query(request)
    body = bodies.object_of(request, _BODY)
    if ("ids" in body) == ("query" in body) or "edit" not in body:
        raise BadInput("the body needs the field 'edit', and one of 'ids' and 'query'")
    edit = ImageEdit.parse(body["edit"])
    visitor_id = request.ensure_visitor()
    if "query" in body:
        found = chosen_query_of(body["query"])
        job = request.services.jobs.create(NAME, order_of(edit, visitor_id, found))
    else:
        ids = dict.fromkeys(map(parse_image_id, body["ids"]))
        items = [{"id": image_id} for image_id in ids]
        job = request.services.jobs.create(NAME, order_of(edit, visitor_id), items)
    path = request.resource_path(context, job.id).rstrip("/")
    headers = {"Location": f"{request.host_url}{path}"}
    return conditional_json(_item(job), status=201, headers=headers)


@view_config(context=ApiJob, request_method="GET", permission=EDIT)
def job(context: ApiJob, request: Request) -> Response:
    """Return the progress of a job."""
    query(request)
    return conditional_json(_item(request.services.jobs.get(context.job_id)))


@view_config(context=ApiJob, name="skips", request_method="GET", permission=EDIT)
def skips(context: ApiJob, request: Request) -> Response:
    """Return images and fields that were left as they are; `next` continues after a page."""
    parameters = query(request, "cursor")
    first = parameters.whole("cursor", 0, 0, 999_999)
    found, following = request.services.jobs.skips(context.job_id, first)
    path = request.path_url
    onward = None if following is None else f"{path}?cursor={following}"
    return conditional_json({"items": [_skip(skip) for skip in found], "next": onward})


@view_config(context=ApiJob, name="cancel", request_method="POST", permission=EDIT)
def cancel(context: ApiJob, request: Request) -> Response:
    """Stop a job; what it has done stays."""
    query(request)
    return conditional_json(_item(request.services.jobs.cancel(context.job_id)))


@view_config(context=ApiJob, name="undo", request_method="POST", permission=EDIT)
def undo(context: ApiJob, request: Request) -> Response:
    """Begin to take back all that a job changed."""
    query(request)
    return conditional_json(_item(request.services.jobs.undo(context.job_id)))


def _item(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "by": job.by or None,
        "created": time_text(job.created),
        "finished": time_text(job.finished) if job.finished else None,
        "edit": job.order.get("edit"),
        "total": job.total,
        "done": job.done,
        "changed": job.changed,
        "skipped": job.skipped,
        "undone": job.undone,
        "kept": job.kept,
        "error": job.error or None,
    }


def _skip(skip: Skip) -> dict[str, Any]:
    return {"id": skip.image_id, "field": skip.field or None, "reason": skip.reason}
