"""Tables of images in requests and responses."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import BinaryIO

from pyramid.request import Request
from pyramid.response import Response

from ...domain.models import Image, Query
from ...errors import BadInput, TooLarge
from ...tables.files import FORMATS, TableFormat
from ..forms import UPLOAD_FIELD, FormFile

MAX_FILE = 30_000_000  # bytes
TYPES: Mapping[str, TableFormat] = {known.contenttype: known for known in FORMATS}


def table_response(query: Query, table_format: TableFormat, request: Request) -> Response:
    """Return the images of a query as a file, sent while it is written."""
    site = request.site

    def url(image: Image) -> str:
        return f"{request.host_url}{site.path('image', image.id)}"

    pieces = request.services.spreadsheets.export(query, table_format, url, bom=True)
    # Read before the headers are sent, so that a failure of the storage has a status.
    beginning = list(itertools.islice(pieces, 2))
    response = Response(app_iter=itertools.chain(beginning, pieces))
    response.content_type = table_format.contenttype
    if table_format.kind == "csv":
        response.charset = "utf-8"
    response.content_disposition = f"attachment; filename=huimages.{table_format.kind}"
    response.cache_control = "private, no-store"
    return response


def uploaded_table(request: Request) -> BinaryIO:
    """Return the table in the field `uploadfile` of a form; raises BadInput, TooLarge."""
    sent = request.POST.get(UPLOAD_FIELD)
    if not isinstance(sent, FormFile) or not sent.size:
        raise BadInput(f"no table was sent; expected the file {UPLOAD_FIELD!r} of the form")
    require_small(sent.size)
    return sent.file


def require_small(size: int) -> None:
    """Raise TooLarge for a table that is too large for one request."""
    if size > MAX_FILE:
        raise TooLarge(f"the table has {size:,} bytes; expected at most {MAX_FILE:,}")
