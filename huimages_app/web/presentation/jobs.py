"""Jobs for pages: their state in words, their order, and the form that begins one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response

from ...domain.rights import DAYS, FIELDS
from ...services.image_edit import ImageEdit
from ...services.jobs import bulk_edit
from ...services.jobs.job import UNDOABLE, Job
from ...services.jobs.table import TableKind
from ...services.jobs.tag_merge import TagMerge
from .grids import GridItem, items_of
from .history import label_of, text_of
from .i18n import _
from .responses import came_from
from .rights import choices_of
from .site import Site

EDIT_FORM = "huimages_app:templates/edit_many.pt"
SHOWN = 12  # pictures above the form, and on the page of a job

_STATES = {
    "collecting": _("Collecting the pictures"),
    "running": _("Running"),
    "done": _("Finished"),
    "cancelled": _("Cancelled"),
    "failed": _("Failed"),
    "undoing": _("Being undone"),
    "undone": _("Undone"),
}
_VERBS = {"set": _("set to"), "add": _("add"), "remove": _("remove")}


@dataclass(frozen=True)
class OrderLine:
    """One part of what a job does: a field, what happens to it, and the values."""

    label: str
    verb: str
    values: str


@dataclass(frozen=True)
class ShownSkip:
    """An image that was not changed, and the reason."""

    id: str
    href: str
    label: str
    reason: str


@dataclass(frozen=True)
class ShownJob:
    """A job as its page and the list show it.  `percent` is None before its size is known."""

    id: str
    href: str
    title: str
    lines: list[OrderLine]
    state: str
    percent: int | None
    by: str
    created: datetime
    job: Job
    skips: list[ShownSkip]
    is_open: bool
    can_cancel: bool
    can_undo: bool


def shown_job(job: Job, request: Request) -> ShownJob:
    """Return a job for templates."""
    site: Site = request.site
    title, lines = _described(job, request)
    done = job.undone if job.state == "undoing" else job.done
    return ShownJob(
        job.id,
        site.path("job", job.id),
        title,
        lines,
        site.translate(_STATES[job.state]),
        100 * done // job.total if job.total else (None if job.is_open else 0),
        job.by,
        job.created,
        job,
        [
            ShownSkip(
                skip.image_id,
                site.path("image", skip.image_id),
                label_of(skip.field, site) if skip.field else "",
                skip.reason,
            )
            for skip in job.skips
        ],
        job.is_open,
        job.state in {"collecting", "running"},
        job.state in UNDOABLE and job.total > 0,
    )


def first_pictures(job: Job, request: Request) -> list[GridItem]:
    """Return some pictures of a job by ID: its list may no longer contain the changed ones."""
    ids = request.services.jobs.first_images(job.id, SHOWN)
    return items_of(request.services.images.get_many(ids).values(), request)


def _described(job: Job, request: Request) -> tuple[str, list[OrderLine]]:
    describe = _DESCRIPTIONS.get(job.kind)
    return describe(job.order, request) if describe else (job.kind, [])


def _edit(order: Mapping[str, Any], request: Request) -> tuple[str, list[OrderLine]]:
    site: Site = request.site
    lines = [
        OrderLine(
            label_of(name, site),
            site.translate(_VERBS[operation.verb]),
            ", ".join(text_of(name, value, request) for value in operation.values),
        )
        for name, operation in ImageEdit.parse(order["edit"]).operations.items()
    ]
    return site.translate(_("Edit pictures")), lines


def _table(order: Mapping[str, Any], request: Request) -> tuple[str, list[OrderLine]]:
    return request.site.translate(_("Changes of a table")), []


def _tags(order: Mapping[str, Any], request: Request) -> tuple[str, list[OrderLine]]:
    site: Site = request.site
    line = OrderLine(", ".join(order["tags"]), site.translate(_("becomes")), order["into"])
    return site.translate(_("Rename or merge tags")), [line]


# By the kind of job: title and lines of an order.
_DESCRIPTIONS: Mapping[str, Callable[[Mapping[str, Any], Request], tuple[str, list[OrderLine]]]] = {
    bulk_edit.NAME: _edit,
    TableKind.name: _table,
    TagMerge.name: _tags,
}


# -- the form


@dataclass(frozen=True)
class EditField:
    """A field of the form: a choice of verbs, and a text or a choice of values."""

    name: str
    label: str
    hint: str
    verbs: list[tuple[str, str]]
    choices: list[tuple[str, str]]
    suggestions: str  # path of suggestions of tags
    kind: str  # of the input: text or date


def edit_fields(request: Request) -> list[EditField]:
    """Return the fields of the form for many images."""
    site: Site = request.site
    set_ = ("set", site.translate(_("Set for all")))
    missing = ("add", site.translate(_("Set where it is missing")))
    remove = ("remove", site.translate(_("Remove")))
    text = [set_, missing, remove]
    list_ = [
        ("add", site.translate(_("Add"))),
        remove,
        ("set", site.translate(_("Replace all by"))),
    ]
    by_spaces = site.translate(_("Separated by commas or spaces."))
    by_commas = site.translate(_("Separated by commas."))
    suggestions = site.view_path("tag", "suggestions")

    def field(name: str, verbs: list[tuple[str, str]], hint: str = "") -> EditField:
        choices = choices_of("", request) if name == "rights.source_type" else []
        path = suggestions if name == "tags" else ""
        kind = "date" if name.removeprefix("rights.") in DAYS else "text"
        return EditField(name, label_of(name, site), hint, verbs, choices, path, kind)

    return [
        field("title", text),
        field("alt", text),
        field("tags", list_, by_spaces),
        field("references.artnr", list_, by_spaces),
        field("types", list_, by_commas),
        *(field(f"rights.{name}", text) for name in FIELDS),
    ]


def edit_chosen(chosen: Sequence[str], request: Request) -> Response:
    """Return the form that edits the pictures with these IDs.  Changes nothing."""
    images = request.services.images.get_many(chosen[:SHOWN]).values()
    values = {
        "collection": None,
        "list_path": came_from(request) or request.site.path("image"),
        "chosen": chosen,
        "heading": request.site.counted(
            "Edit ${count} picture", "Edit ${count} pictures", len(chosen)
        ),
        "items": items_of(images, request),
        "fields": edit_fields(request),
    }
    return render_to_response(EDIT_FORM, values, request=request)
