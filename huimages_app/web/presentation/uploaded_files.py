"""The files of a form."""

from __future__ import annotations

from typing import BinaryIO

from pyramid.request import Request

from ...errors import BadInput
from ..forms import UPLOAD_FIELD, FormFile


def uploaded_files(request: Request) -> list[tuple[str, BinaryIO]]:
    """Return name and content of each file."""
    # A browser sends an empty file without a name if none was chosen.
    return [
        (entry.filename, entry.file)
        for entry in request.POST.getall(UPLOAD_FIELD)
        if isinstance(entry, FormFile) and (entry.filename or entry.size)
    ]


def no_files() -> BadInput:
    """Return the error of a form without a file."""
    return BadInput(
        f"no picture was sent; expected the field {UPLOAD_FIELD!r} of multipart/form-data"
    )
