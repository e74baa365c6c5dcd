"""Errors as programs get them: `application/problem+json`, RFC 9457.

The `type` of a problem is its place on the page of the API, and the one thing to tell
problems apart by; the sentence in `detail` is for people and may change.
"""

from __future__ import annotations

import json
from http import HTTPStatus

from pyramid.request import Request
from pyramid.response import Response

from ..errors import HuimagesError

_API = ("/api/", "/oembed")


def is_for_programs(request: Request) -> bool:
    """Whether only programs ask for this address; it may be one that can't be decoded."""
    path: str = request.environ.get("PATH_INFO", "")
    return path.startswith(_API)


def problem(request: Request, status: int, title: str, sentence: str) -> Response:
    """The answer to a program whose request failed.

    Only an error of our own has a title of ours: another one says no more than its status.
    """
    error = request.exception
    kind = "about:blank"
    if isinstance(error, HuimagesError):
        kind = f"{request.application_url}/api/v1/#{error.slug()}"
    else:
        title = HTTPStatus(status).phrase  # RFC 9457, 4.2.1
    data = {"type": kind, "title": title, "status": status, "detail": sentence}
    response = Response(
        body=json.dumps(data, ensure_ascii=False).encode(),
        status=status,
        content_type="application/problem+json",
    )
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="huimages"'
    return response
