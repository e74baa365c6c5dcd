"""Requests, with those parts read by us that WebOb reads without knowing a limit."""

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
    """Pyramid's request; `POST` holds texts, and files with `file` and `filename`."""

    def __init__(self, environ: dict[str, Any], *args: Any, **named: Any) -> None:
        super().__init__(environ, *args, **named)
        # One that is not well formed is none (RFC 9110, 14.2).  WebOb stumbles over long numbers,
        # and spends time by the square of a number of spaces.
        if not _RANGE.match(environ.get("HTTP_RANGE", "")):
            environ.pop("HTTP_RANGE", None)

    @reify
    def cookies(self) -> Mapping[str, str]:
        """What the browser keeps for us, by name.

        WebOb's own parser takes seconds for a header of a few thousand letters without a `=`.
        """
        pairs = [pair.partition("=") for pair in self.headers.get("Cookie", "").split(";")]
        return {name.strip(): value.strip().strip('"') for name, equals, value in pairs if equals}

    @property
    def GET(self) -> Any:  # noqa: N802 - WebOb's name
        """Parameters of the query; raises BadInput if it is not UTF-8."""
        try:
            return super().GET
        except UnicodeDecodeError as error:
            raise BadInput("the query of the address is not valid UTF-8") from error

    @reify
    def POST(self) -> Any:  # noqa: N802 - WebOb's name
        """Fields of the form; raises BadInput for a damaged one, TooLarge."""
        if self.method not in {"POST", "PUT", "PATCH"} or self.content_type not in forms.TYPES:
            return NoVars("there is no form in the request")
        limit = self.registry.settings["huimages"].upload_max_request_bytes
        if (self.content_length or 0) > limit + forms.OVERHEAD:
            raise TooLarge(f"the upload is too large: at most {limit:,} bytes at once are taken")
        fields = MultiDict()
        for name, value in forms.fields_of(self.environ, limit):
            if not isinstance(value, str):
                self.add_finished_callback(lambda request, file=value: file.close())
            fields.add(name, value)
        return fields
