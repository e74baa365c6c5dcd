"""`/api/v1/tags/rename` and `/tags/merge`: change tags on all images."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.tags import MAX_LENGTH
from ...errors import BadInput
from ...services.jobs.job import Job
from ...services.permissions import EDIT
from ...services.tag_renaming import MAX_MERGED
from ..presentation.responses import json_response
from ..resources import ApiTags
from . import bodies
from .parameters import query

_TEXT = (f"a text of at most {MAX_LENGTH} characters", bodies.text(MAX_LENGTH))
_RENAME = {"tag": _TEXT, "into": _TEXT}
_MERGE = {
    "tags": (
        f"a list of at most {MAX_MERGED} texts of at most {MAX_LENGTH} characters",
        bodies.texts(MAX_LENGTH, MAX_MERGED),
    ),
    "into": _TEXT,
}


@view_config(context=ApiTags, name="rename", request_method="POST", permission=EDIT)
def rename(context: ApiTags, request: Request) -> Response:
    """Begin the job that renames `tag` into the tag `into`."""
    given = _fields(request, _RENAME)
    return _begun(request.services.tag_renaming.rename(given["tag"], given["into"]), request)


@view_config(context=ApiTags, name="merge", request_method="POST", permission=EDIT)
def merge(context: ApiTags, request: Request) -> Response:
    """Begin the job that merges `tags` into the tag `into`."""
    given = _fields(request, _MERGE)
    return _begun(request.services.tag_renaming.merge(given["tags"], given["into"]), request)


def _begun(job: Job, request: Request) -> Response:
    response = json_response({"job": job.id}, status=202)
    response.headers["Location"] = f"{request.host_url}{request.script_name}/api/v1/jobs/{job.id}"
    return response


def _fields(request: Request, fields: dict[str, tuple[str, bodies.Check]]) -> dict[str, Any]:
    query(request)
    given = bodies.object_of(request, fields)
    for name in fields:
        if name not in given:
            raise BadInput(f"the body lacks the field {name!r}")
    return given
