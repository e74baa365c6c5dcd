"""Uploads to the API: a picture as the body, or as a file in a form."""

from __future__ import annotations

import shutil
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
    """Store the picture of a request.  Raises BadUpload, BadInput, HTTPUnsupportedMediaType."""
    parameters = query(request, *_PARAMETERS, references=True)
    if request.content_type == "multipart/form-data":
        file, filename, parameters = _from_form(request)
    else:
        file = picture_body(request, f", or multipart/form-data with the file {IMAGE_FIELD!r}")
        filename = parameters.text("filename")
    tags = parse_tags(parameters.text("tags"))
    title, may_edit = clean_title(parameters.text("title")), request.has_permission(EDIT)
    patch = ImagePatch(
        title=(title or None) if may_edit else None,
        default_title="" if may_edit else title,  # a repeated upload must not rename the picture
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
        raise BadInput(f"no picture was sent; expected the file {IMAGE_FIELD!r} of the form")
    for name, value in fields.items():
        if not isinstance(value, str):
            raise BadInput(f"the field {name[:40]!r} is a file; expected one file, {IMAGE_FIELD!r}")
    for name in set(request.GET) - set(fields):  # fields of the form take precedence
        for value in request.GET.getall(name):
            fields.add(name, value)
    parameters = Parameters(fields, *_PARAMETERS, references=True)
    return picture.file, parameters.text("filename") or picture.filename, parameters


def picture_body(request: Request, alternative: str = "") -> BinaryIO:
    """Return the picture that is the body of a request.

    Raises TooLarge, and HTTPUnsupportedMediaType, whose message ends with `alternative`.
    """
    kind = request.content_type
    if not kind.startswith("image/") and kind != "application/octet-stream":
        raise HTTPUnsupportedMediaType(
            "the Content-Type is not one of a picture; expected image/… or "
            f"application/octet-stream{alternative}"
        )
    limit = request.registry.settings["huimages"].upload.max_bytes
    if (request.content_length or 0) > limit:
        raise TooLarge(f"the picture is too large; expected at most {limit:,} bytes")
    body: BinaryIO = request.environ["wsgi.input"]
    if hasattr(body, "seekable") and body.seekable():  # a buffer of waitress
        return body
    copy: BinaryIO = request.make_tempfile()
    shutil.copyfileobj(request.body_file, copy)
    return copy


def _by_key(parameters: Parameters) -> dict[str, list[str]]:
    references: dict[str, list[str]] = {}
    for key, value in parameters.references():
        references.setdefault(key, []).append(value)
    return references
