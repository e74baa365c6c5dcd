"""Responses to conditional and range requests, RFC 9110, sections 13 and 14."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pyramid.response import Response
from webob.response import EmptyResponse, filter_headers

# Headers that describe the whole representation and do not apply to a 416.
_OF_REPRESENTATION = {"cache-control", "etag", "last-modified", "content-disposition"}


class ConditionalResponse(Response):  # type: ignore[misc]
    """A response that applies conditions and ranges, with the cases that WebOb lacks.

    - `If-None-Match: *` matches every representation, also one without an ETag.
    - A suffix range longer than the representation is the whole of it.
    - A 416 may not be cached: a shared cache would send it to clients that want the whole.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.conditional_response = self.status_int == 200

    def conditional_response_app(self, environ: dict[str, Any], start_response: Any) -> Any:
        is_safe = environ["REQUEST_METHOD"] in {"GET", "HEAD"}
        if is_safe and environ.get("HTTP_IF_NONE_MATCH", "").strip() == "*":
            start_response("304 Not Modified", filter_headers(self.headerlist))
            return EmptyResponse(self.app_iter)
        suffix = environ.get("HTTP_RANGE", "").partition("bytes=-")[2]
        if suffix and self.content_length and int(suffix) > self.content_length:
            environ = {**environ, "HTTP_RANGE": "bytes=0-"}

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            if status.startswith("416"):
                headers = [
                    *(pair for pair in headers if pair[0].lower() not in _OF_REPRESENTATION),
                    ("Cache-Control", "no-store"),
                ]
            return start_response(status, headers, *error)

        body: Iterable[bytes] = super().conditional_response_app(environ, start)
        return body


def digest(data: Any) -> str:
    """Return a short hash of data that JSON can represent."""
    return _digest(_encoded(data))


def _encoded(data: Any) -> bytes:
    # A legacy record may contain half a surrogate pair, which UTF-8 cannot encode.
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=12).hexdigest()


def conditional_json(
    data: Any, *, status: int = 200, state: str = "", headers: Mapping[str, str] = {}
) -> Response:
    """Return data as JSON, with an ETag of `state`, if given, and a hash of the response.

    The response becomes 304 if the client has this version already.
    """
    return conditional_response(
        _encoded(data), "application/json", status=status, state=state, headers=headers
    )


def conditional_response(
    body: bytes,
    contenttype: str,
    *,
    status: int = 200,
    state: str = "",
    headers: Mapping[str, str] = {},
) -> Response:
    """Return bytes with an ETag; the response becomes 304 if the client has this version.

    `state` identifies what a client changes, independent of how the request wants it shown:
    `STATE-HASH` is the ETag, and If-Match is compared with STATE.
    """
    response = ConditionalResponse(body=body, status=status, content_type=contenttype)
    response.etag = f"{state}-{_digest(body)}" if state else _digest(body)
    response.headers.update(headers)
    return response
