"""Requests whose forms are read by a parser made for uploads."""

from __future__ import annotations

from typing import Any

import multipart
from pyramid.decorator import reify
from pyramid.request import Request as PyramidRequest
from webob.multidict import MultiDict, NoVars

from ..errors import BadInput, TooLarge

_FORMS = {"multipart/form-data", "application/x-www-form-urlencoded"}
_MAX_PARTS = 2000
# What a form may weigh besides the pictures in it.
_FORM_OVERHEAD = 1_000_000


class Request(PyramidRequest):  # type: ignore[misc]
    """Pyramid's request; `POST` holds texts, and files with `file` and `filename`.

    WebOb reads forms with the `cgi` module, which is gone from Python, copies every
    upload twice, leaves the files open, and knows no limits.
    """

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
        if self.method not in {"POST", "PUT", "PATCH"} or self.content_type not in _FORMS:
            return NoVars("there is no form in the request")
        limit = self.registry.settings["huimages"].upload_max_request_bytes
        if (self.content_length or 0) > limit + _FORM_OVERHEAD:
            raise TooLarge(f"the upload is too large: at most {limit:,} bytes at once are taken")
        try:
            texts, files = multipart.parse_form_data(
                self.environ,
                ignore_errors=False,
                part_limit=_MAX_PARTS,
                memory_limit=2 * _FORM_OVERHEAD,
                disk_limit=limit,
            )
        except multipart.ParserLimitReached as error:
            raise TooLarge(f"the form is too large: {error}") from error
        except multipart.MultipartError as error:
            # What else it says is the error behind it.
            raise BadInput(f"the form can't be read: {error.args[0]}") from error
        except (UnicodeError, OSError) as error:
            raise BadInput(f"the form can't be read: {error}") from error
        for _, file in files.iterallitems():
            self.add_finished_callback(lambda request, file=file: file.close())
        fields = MultiDict(texts.iterallitems())
        fields.extend(files.iterallitems())
        return fields
