"""Jobs of editors: their list, their pages, and the form that edits many pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...services.image_edit import ImageEdit
from ...services.jobs.bulk_edit import NAME, order_of
from ...services.permissions import EDIT
from ..job_resources import JobPage, Jobs
from ..presentation.batch import chosen_ids
from ..presentation.counts import jobs_text
from ..presentation.everything import everything, is_everything, query_of_list
from ..presentation.form_fields import article_numbers
from ..presentation.grids import items_of
from ..presentation.image_lists import ImageList
from ..presentation.jobs import EDIT_FORM, SHOWN, edit_fields, first_pictures, shown_job
from ..presentation.responses import changed, local_path

_LIST = "huimages_app:templates/jobs.pt"
_JOB = "huimages_app:templates/job.pt"


@view_config(context=Jobs, request_method="GET", permission=EDIT, renderer=_LIST)
def jobs(context: Jobs, request: Request) -> dict[str, Any]:
    """Show all jobs that are kept, the newest first."""
    shown = [shown_job(job, request) for job in request.services.jobs.all()]
    return {"jobs": shown, "count": jobs_text(len(shown), request.site) if shown else ""}


@view_config(context=Jobs, name="edit", request_method="GET", permission=EDIT, renderer=EDIT_FORM)
def edit_all(context: Jobs, request: Request) -> dict[str, Any]:
    """Show the form that edits all pictures of the collection that `?in=` names."""
    collection = ImageList.parse(request.GET.get("in", ""))
    query = query_of_list(collection, request)
    images = request.services.images.page(query, SHOWN).images
    count = request.services.images.count_of(query)
    return {
        "collection": collection,
        "list_path": collection.path(request.site),
        "chosen": [],
        "heading": "",
        "count": count.number if count.is_exact else None,
        "items": items_of(images, request, collection),
        "fields": edit_fields(request),
    }


@view_config(context=Jobs, request_method="POST", permission=EDIT)
def create(context: Jobs, request: Request) -> Response:
    """Begin to edit many pictures.

    Fields `id`, once for each picture, or `in`, the name of a collection.  For each field of the
    pictures `verb.NAME`: set, add, remove, or empty to leave it; and `value.NAME`.
    `verb.other`, `key.other` and `value.other`: the same for a reference of this key.
    `list`, optional: the path of the pictures, to which the page of the job has a link.
    Redirects to the page of the job, or returns `{"job": ID}`.
    """
    edit = ImageEdit.parse(_changes(request.POST))
    visitor_id = request.ensure_visitor()
    if is_everything(request):
        _, query = everything(request)
        job = request.services.jobs.create(NAME, order_of(edit, visitor_id, query))
    else:
        items = [{"id": image_id} for image_id in chosen_ids(request)]
        job = request.services.jobs.create(NAME, order_of(edit, visitor_id), items)
    path = request.site.path("job", job.id, list=request.POST.get("list", ""))
    return changed(request, text=job.id, data={"job": job.id}, back=path)


@view_config(context=JobPage, request_method="GET", permission=EDIT, renderer=_JOB)
def job(context: JobPage, request: Request) -> dict[str, Any]:
    """Show the progress of a job."""
    request.response.headers["Cache-Control"] = "no-store"
    list_path = request.GET.get("list", "")
    shown = shown_job(request.services.jobs.get(context.job_id), request)
    return {
        "job": shown,
        "list_path": local_path(request, list_path) if list_path else "",
        # Not in the requests that follow the progress.
        "items": [] if shown.is_open else first_pictures(shown.job, request),
    }


@view_config(context=JobPage, name="cancel", request_method="POST", permission=EDIT)
def cancel(context: JobPage, request: Request) -> Response:
    """Stop a job.  Returns `ok`, or `{"job": ID}`."""
    request.services.jobs.cancel(context.job_id)
    return changed(request, text="ok", data={"job": context.job_id})


@view_config(context=JobPage, name="undo", request_method="POST", permission=EDIT)
def undo(context: JobPage, request: Request) -> Response:
    """Begin to take back what a job changed.  Returns `ok`, or `{"job": ID}`."""
    request.services.jobs.undo(context.job_id)
    return changed(request, text="ok", data={"job": context.job_id})


def _changes(fields: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Return the JSON of an `ImageEdit` in the fields of a form."""
    changes = {}
    for name, verb in fields.items():
        field = name.removeprefix("verb.")
        if field == name or not verb:
            continue
        text = str(fields.get(f"value.{field}", ""))
        if field == "other":
            field = f"references.{str(fields.get('key.other', '')).strip().lower()}"
        changes[field] = {str(verb): _values(field, text)}
    return changes


def _values(field: str, text: str) -> list[str]:
    """Return the values in the text of a form: one for a text, several for a list."""
    if field.startswith("references."):
        return article_numbers(text)
    values = text.split(",") if field == "types" else [text]
    return [value for value in map(str.strip, values) if value]
