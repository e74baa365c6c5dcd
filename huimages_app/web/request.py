"""The request class, which replaces the parsers of WebOb that have no limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pyramid.decorator import reify
from pyramid.request import Request as PyramidRequest
from webob.multidict import MultiDict, NoVars

from ..errors import BadInput, TooLarge
from . import forms

_RANGE = re.compile(r"bytes=(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})\s*(?:,|\Z)")


class Request(PyramidRequest):  # type: ignore[misc]
    """Pyramid's request with bounded parsers of cookies, ranges and forms."""

    def __init__(self, environ: dict[str, Any], *args: Any, **named: Any) -> None:
        super().__init__(environ, *args, **named)
        # A malformed Range is ignored (RFC 9110, 14.2).  WebOb fails on long numbers, and takes
        # time quadratic in the number of spaces.
        if not _RANGE.match(environ.get("HTTP_RANGE", "")):
            environ.pop("HTTP_RANGE", None)

    @reify
    def cookies(self) -> Mapping[str, str]:
        """Values of the cookies, by name.

        WebOb's parser takes seconds for a header of a few thousand letters without a `=`.
        """
        pairs = [pair.partition("=") for pair in self.headers.get("Cookie", "").split(";")]
        return {name.strip(): value.strip().strip('"') for name, equals, value in pairs if equals}

    @property
    def GET(self) -> Any:  # noqa: N802 - WebOb's name
        """Parameters of the query; raises BadInput if it is not UTF-8."""
        try:
            return super().GET
        except UnicodeDecodeError as error:
            raise BadInput("the query of the URL is not valid UTF-8") from error

    @reify
    def POST(self) -> Any:  # noqa: N802 - WebOb's name
        """Fields of the form: str, or `forms.FormFile`.  Raises BadInput, TooLarge, OSError."""
        if self.method not in {"POST", "PUT", "PATCH"} or self.content_type not in forms.TYPES:
            return NoVars("there is no form in the request")
        max_file_bytes = self._max_file_bytes
        if (self.content_length or 0) > max_file_bytes + forms.MAX_TEXT:
            raise TooLarge(
                f"the upload is too large: at most {max_file_bytes:,} bytes at once are accepted"
                if max_file_bytes
                else f"the form is too large: at most {forms.MAX_TEXT:,} bytes are accepted here"
            )
        fields = MultiDict()
        for name, value in forms.fields_of(self.environ, max_file_bytes):
            if isinstance(value, forms.FormFile):
                self.add_finished_callback(lambda request, file=value: file.close())
            fields.add(name, value)
        return fields

    @property
    def _max_file_bytes(self) -> int:
        """Limit of all files of a form together; 0 where forms are for text only."""
        if not getattr(getattr(self, "context", None), "takes_files", False):
            return 0
        limit: int = self.registry.settings["huimages"].upload_max_request_bytes
        return limit
