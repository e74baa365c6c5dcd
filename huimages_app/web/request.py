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

_RANGE = re.compile(r"bytes=\s*([0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})")
_UNSATISFIABLE = f"bytes={10**18 - 1}-"  # beyond the end of every file


class Request(PyramidRequest):  # type: ignore[misc]
    """Pyramid's request with bounded parsers of cookies, ranges and forms."""

    def __init__(self, environ: dict[str, Any], *args: Any, **named: Any) -> None:
        super().__init__(environ, *args, **named)
        if "HTTP_RANGE" in environ:
            self._normalize_range(environ)

    @staticmethod
    def _normalize_range(environ: dict[str, Any]) -> None:
        """Leave one well-formed range, or none: a server may ignore Range (RFC 9110, 14.2).

        Malformed ones must be ignored.  Several would need a multipart response; the whole is
        sent instead.  WebOb fails on long numbers, takes time quadratic in the number of spaces,
        and sends the first of several ranges.
        """
        parts = environ.pop("HTTP_RANGE")[:200].split(",")
        ranges = [part for part in map(str.strip, parts) if part and part != "bytes="]
        match = _RANGE.fullmatch(ranges[0]) if len(ranges) == 1 else None
        if match:
            # The last 0 bytes are no part of a file (14.1.2).  WebOb sends all.
            is_empty = match[1][0] == "-" and int(match[1]) == 0
            environ["HTTP_RANGE"] = _UNSATISFIABLE if is_empty else f"bytes={match[1]}"

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

    def make_tempfile(self) -> Any:
        """Return a temporary file that is closed after the response.

        WebOb copies bodies into such files and leaves them open until garbage is collected.
        """
        file = super().make_tempfile()
        self.add_finished_callback(lambda request: file.close())
        return file

    @property
    def _max_file_bytes(self) -> int:
        """Limit of all files of a form together; 0 where forms are for text only."""
        if not getattr(getattr(self, "context", None), "takes_files", False):
            return 0
        limit: int = self.registry.settings["huimages"].upload.max_request_bytes
        return limit
