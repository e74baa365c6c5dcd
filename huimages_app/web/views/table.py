"""The page for spreadsheets: download images as a table, upload it edited, apply it."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from ...errors import BadInput
from ...services.permissions import EDIT
from ...services.spreadsheets.report import Report
from ...services.spreadsheets.spreadsheets import FOR_REQUESTS
from ..presentation.form_fields import field
from ..presentation.i18n import _
from ..presentation.tables import MAX_FILE, uploaded_table
from ..resources import Table

_PAGE = "huimages_app:templates/table.pt"


@view_config(context=Table, request_method="GET", permission=EDIT, renderer=_PAGE)
def table(context: Table, request: Request) -> dict[str, Any]:
    """Show the forms."""
    return _page(request)


@view_config(context=Table, request_method="POST", permission=EDIT, renderer=_PAGE)
def compare(context: Table, request: Request) -> dict[str, Any] | HTTPSeeOther:
    """Show what the table in the field `uploadfile` would change.

    With the field `draft`, the ID that such a page contains, begin the job that changes it.
    """
    spreadsheets = request.services.spreadsheets
    if "draft" in request.POST:
        job = spreadsheets.apply_draft(field(request, "draft"), request.ensure_visitor())
        return HTTPSeeOther(request.site.path("job", job.id))
    try:
        report, draft_id = spreadsheets.draft(uploaded_table(request))
    except BadInput as error:
        request.response.status_int = 400
        return _page(request, problem=str(error))
    if report.errors:
        request.response.status_int = 400
    return _page(request, report, draft_id)


def _page(
    request: Request, report: Report | None = None, draft_id: str = "", *, problem: str = ""
) -> dict[str, Any]:
    search, tag, filters = _conditions(request)
    changed = report.changed if report else 0
    return {
        "report": report,
        "draft_id": draft_id,
        "problem": problem,
        "search": search[:200],
        "tag": tag[:65],
        "filters": filters,
        "limits_hint": _(
            "At most ${rows} rows and ${megabytes} MB.",
            mapping={
                "rows": request.site.number(FOR_REQUESTS.rows),
                "megabytes": MAX_FILE // 1_000_000,
            },
        ),
        "apply_label": request.site.counted(
            "Change ${count} picture", "Change ${count} pictures", changed
        ),
    }


def _conditions(request: Request) -> tuple[str, str, list[tuple[str, str]]]:
    """Return search words and tag of the list that links here, and its other filters and order."""
    search = tag = ""
    others = []
    for name, value in request.GET.items():
        if name == "q" and not search:
            search = value
        elif name == "tag" and not tag:
            tag = value
        elif name not in {"lang", "cursor"}:
            others.append((name, value))
    return search, tag, others
