"""`/api/v1/images.csv`, `.xlsx` and `/api/v1/table`: images as tables, and edited tables back."""

from __future__ import annotations

import json
import shutil
from typing import BinaryIO

from pyramid.httpexceptions import HTTPUnsupportedMediaType
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...services.permissions import EDIT
from ...services.spreadsheets.report import Report, report_json
from ...tables.files import CSV, XLSX
from ..presentation.responses import json_response
from ..presentation.tables import (
    TYPES,
    require_small,
    table_response,
    uploaded_table,
)
from ..resources import Api, ApiTable
from .images import CONDITIONS, conditions_of
from .parameters import query


@view_config(context=Api, name="images.csv", request_method="GET", permission=EDIT)
def images_csv(context: Api, request: Request) -> Response:
    """Return the images that match all conditions of the query as CSV."""
    parameters = query(request, *CONDITIONS, references=True)
    return table_response(conditions_of(parameters), CSV, request)


@view_config(context=Api, name="images.xlsx", request_method="GET", permission=EDIT)
def images_xlsx(context: Api, request: Request) -> Response:
    """Return the images that match all conditions of the query as XLSX."""
    parameters = query(request, *CONDITIONS, references=True)
    return table_response(conditions_of(parameters), XLSX, request)


@view_config(context=ApiTable, request_method="POST", permission=EDIT)
def apply_table(context: ApiTable, request: Request) -> Response:
    """Compare a table with what is stored; unless `dry_run=true`, begin the job that applies it.

    The body is the table, or a form with the file `uploadfile`.
    """
    dry_run = query(request, "dry_run").flag("dry_run")
    file = _table_of(request)
    spreadsheets = request.services.spreadsheets
    if dry_run:
        return json_response({**report_json(spreadsheets.compare(file)), "job": None})
    report, draft_id = spreadsheets.draft(file)
    if report.errors:
        return _refusal(request, report)
    if not draft_id:
        return json_response({**report_json(report), "job": None})
    job = spreadsheets.apply_draft(draft_id, request.ensure_visitor())
    response = json_response({**report_json(report), "job": job.id}, status=202)
    response.headers["Location"] = f"{request.host_url}{request.script_name}/api/v1/jobs/{job.id}"
    return response


def _table_of(request: Request) -> BinaryIO:
    if request.content_type == "multipart/form-data":
        return uploaded_table(request)
    if request.content_type not in {*TYPES, "application/octet-stream"}:
        raise HTTPUnsupportedMediaType(
            f"the Content-Type is not one of a table; expected {' or '.join(TYPES)}"
        )
    require_small(request.content_length or 0)
    copy: BinaryIO = request.make_tempfile()
    shutil.copyfileobj(request.body_file, copy)
    require_small(copy.tell())
    return copy


def _refusal(request: Request, report: Report) -> Response:
    """Return a problem (RFC 9457) with all errors of a table."""
    data = {
        "type": f"{request.application_url}/api/v1/#bad-input",
        "title": "The table cannot be applied",
        "status": 400,
        "detail": f"{report.errors[0]}; nothing was changed",
        **report_json(report),
    }
    return Response(
        json.dumps(data, ensure_ascii=False),
        status=400,
        content_type="application/problem+json",
        charset="utf-8",
    )
