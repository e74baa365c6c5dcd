"""Answers of the API: JSON with a tag that changes with it, links to the pages beside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pyramid.request import Request
from pyramid.response import Response
from webob.etag import AnyETag, ETagMatcher

from ...errors import EditConflict
from ..conditional import ConditionalResponse
from ..presentation.responses import MAX_REDIRECT


def digest(data: Any) -> str:
    """A short name for data that JSON can hold: different for other data."""
    return _digest(_encoded(data))


def _encoded(data: Any) -> bytes:
    # An old record may hold half a surrogate pair, which UTF-8 can not.
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=12).hexdigest()


def json_answer(
    data: Any, *, status: int = 200, etag: str = "", headers: Mapping[str, str] = {}
) -> Response:
    """Data as JSON, with its `digest` as ETag unless one is given.

    It answers 304 to a client that has it already.
    """
    return conditional(
        _encoded(data), "application/json", status=status, etag=etag, headers=headers
    )


def conditional(
    body: bytes,
    contenttype: str,
    *,
    status: int = 200,
    etag: str = "",
    headers: Mapping[str, str] = {},
) -> Response:
    """Bytes with an ETag; 304 to a client that has them already."""
    response = ConditionalResponse(body=body, status=status, content_type=contenttype)
    response.etag = etag or _digest(body)
    response.headers.update(headers)
    return response


def page_answer(request: Request, data: dict[str, Any], cursors: Mapping[str, str | None]) -> Any:
    """A page of a collection; `cursors` are those of the pages beside it, by relation."""
    urls = {relation: _at(request, cursor) for relation, cursor in cursors.items()}
    links = [f'<{url}>; rel="{relation}"' for relation, url in urls.items() if url]
    link = ", ".join(links)
    # The body has both URLs, too: a header that repeats a long query is left out.
    headers = {"Link": link} if 0 < len(link) <= 2 * MAX_REDIRECT else {}
    return json_answer({**data, **urls}, headers=headers)


def _at(request: Request, cursor: str | None) -> str | None:
    """The address of this collection's page at a cursor."""
    if cursor is None:
        return None
    query = [(key, value) for key, value in request.GET.items() if key != "cursor"]
    return f"{request.path_url}?{urlencode([*query, ('cursor', cursor)])}"


def require_match(request: Request, current: str) -> None:
    """Raises EditConflict unless `current` is what an If-Match of the request names.

    A web server that compresses an answer makes our strong tag a weak one.  It still names
    the state of the record exactly, so it is taken.
    """
    given = request.headers.get("If-Match")
    if given is None:
        return
    matcher = ETagMatcher.parse(given, strong=False)
    if matcher is not AnyETag and current not in [tag.partition("-")[0] for tag in matcher.etags]:
        raise EditConflict(
            "it was changed since you read it: read it again, and change what you get then"
        )
