"""`/api/v1/tags/rename` and `/tags/merge`: change tags on all images."""

from __future__ import annotations

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ...domain.tags import MAX_LENGTH
from ...errors import BadInput
from ...services.permissions import EDIT
from ...services.tag_renaming import MAX_MERGED
from ..presentation.responses import json_response
from ..resources import Api
from . import bodies

_TEXT = (f"a text of at most {MAX_LENGTH} characters", bodies.text(MAX_LENGTH))
_RENAME = {"tag": _TEXT, "into": _TEXT}
_MERGE = {
    "tags": (
        f"a list of at most {MAX_MERGED} texts of at most {MAX_LENGTH} characters",
        bodies.texts(MAX_LENGTH, MAX_MERGED),
    ),
    "into": _TEXT,
}


@view_config(context=Api, name="tags", request_method="POST", permission=EDIT)
def change_tags(context: Api, request: Request) -> Response:
    """Begin the job that renames `tag`, or merges `tags`, into the tag `into`."""
    renaming = request.services.tag_renaming
    if request.subpath == ("rename",):
        given = _fields(request, _RENAME)
        job = renaming.rename(given["tag"], given["into"])
    elif request.subpath == ("merge",):
        given = _fields(request, _MERGE)
        job = renaming.merge(given["tags"], given["into"])
    else:
        raise HTTPNotFound("there is nothing at this URL; expected tags/rename or tags/merge")
    response = json_response({"job": job.id}, status=202)
    response.headers["Location"] = f"{request.host_url}{request.script_name}/api/v1/jobs/{job.id}"
    return response


def _fields(request: Request, fields: dict[str, tuple[str, bodies.Check]]) -> dict[str, object]:
    if request.GET:
        raise BadInput("parameters were given; expected none")
    given = bodies.object_of(request, fields)
    for name in fields:
        if name not in given:
            raise BadInput(f"the body lacks the field {name!r}")
    return given
