"""Pictures that programs send: as the body itself, or as a file in a form."""

from __future__ import annotations

import shutil
import tempfile
from typing import BinaryIO

from pyramid.httpexceptions import HTTPUnsupportedMediaType
from pyramid.request import Request

from ...domain.tags import parse_tags
from ...domain.text import clean_title
from ...errors import BadInput, TooLarge
from ...services.image_patch import ImagePatch
from ...services.permissions import EDIT
from ...services.uploads import PROGRAM, UploadResult
from ..forms import IMAGE_FIELD, FormFile
from .parameters import Parameters, query

_PARAMETERS = ("title", "filename", "tags", "type", "created", "artnr")


def received(request: Request) -> UploadResult:
    """Add the picture of a request.  Raises BadUpload, BadInput, and what answers 415."""
    parameters = query(request, *_PARAMETERS, references=True)
    if request.content_type == "multipart/form-data":
        file, filename, parameters = _from_form(request)
    elif request.content_type.startswith("image/") or (
        request.content_type == "application/octet-stream"
    ):
        file, filename = _body(request), parameters.text("filename")
    else:
        raise HTTPUnsupportedMediaType(
            f"send the picture as the body, with the Content-Type image/… or "
            f"application/octet-stream, or as the file {IMAGE_FIELD!r} of multipart/form-data"
        )
    tags = parse_tags(parameters.text("tags"))
    title, may_edit = clean_title(parameters.text("title")), request.has_permission(EDIT)
    patch = ImagePatch(
        title=(title or None) if may_edit else None,
        default_title="" if may_edit else title,  # sending it again is no way to rename it
        default_filename=filename,
        added_references=_by_key(parameters),
        added_types=[parameters.text("type")],
        created=parameters.time("created"),
    )
    visitor_id = request.ensure_visitor() if tags else PROGRAM
    added: UploadResult = request.services.uploads.add(
        file, patch, tags=tags, visitor_id=visitor_id
    )
    return added


def _from_form(request: Request) -> tuple[BinaryIO, str, Parameters]:
    fields = request.POST.copy()
    picture = fields.pop(IMAGE_FIELD, None)
    if not isinstance(picture, FormFile):
        raise BadInput(f"no picture was sent: it is the file {IMAGE_FIELD!r} of the form")
    for name, value in fields.items():
        if not isinstance(value, str):
            raise BadInput(
                f"{name[:40]!r} is a file: the picture is {IMAGE_FIELD!r}, one to a request"
            )
    for name in set(request.GET) - set(fields):  # what the form says, wins
        for value in request.GET.getall(name):
            fields.add(name, value)
    parameters = Parameters(fields, *_PARAMETERS, references=True)
    return picture.file, parameters.text("filename") or picture.filename, parameters


def _body(request: Request) -> BinaryIO:
    limit = request.registry.settings["huimages"].upload_max_bytes
    if (request.content_length or 0) > limit:
        raise TooLarge(f"the picture is too large: at most {limit:,} bytes are taken")
    body: BinaryIO = request.environ["wsgi.input"]
    if hasattr(body, "seekable") and body.seekable():  # as waitress gives it
        return body
    # WebOb would copy it, too, and leave the copy open.
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed behind the answer
    request.add_finished_callback(lambda request: copy.close())
    shutil.copyfileobj(request.body_file, copy)
    return copy


def _by_key(parameters: Parameters) -> dict[str, list[str]]:
    references: dict[str, list[str]] = {}
    for key, value in parameters.references():
        references.setdefault(key, []).append(value)
    return references
