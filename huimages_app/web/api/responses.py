"""Responses of the API: JSON with an ETag, links to adjacent pages, and If-Match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pyramid.request import Request
from webob.etag import AnyETag, ETagMatcher

from ...domain.models import Count
from ...errors import EditConflict
from ..presentation.conditional import conditional_json
from ..presentation.responses import MAX_REDIRECT


def page_response(request: Request, data: dict[str, Any], cursors: Mapping[str, str | None]) -> Any:
    """Return a page of a collection; `cursors` of adjacent pages, by link relation."""
    urls = {
        relation: page_url(request, request.path_url, cursor)
        for relation, cursor in cursors.items()
    }
    links = [f'<{url}>; rel="{relation}"' for relation, url in urls.items() if url]
    link = ", ".join(links)
    # The body has both URLs, too: a header that repeats a long query is left out.
    headers = {"Link": link} if 0 < len(link) <= 2 * MAX_REDIRECT else {}
    return conditional_json({**data, **urls}, headers=headers)


def count_data(count: Count) -> dict[str, Any]:
    """Return the fields of a page that `count=true` adds."""
    return {"count": count.number, "count_is_exact": count.is_exact}


def page_url(request: Request, url: str, cursor: str | None) -> str | None:
    """Return the URL of the page at a cursor, with the parameters of the request."""
    if cursor is None:
        return None
    query = [(key, value) for key, value in request.GET.items() if key != "cursor"]
    return f"{url}?{urlencode([*query, ('cursor', cursor)])}"


def require_match(request: Request, current: str) -> None:
    """Raise EditConflict unless the If-Match header, if any, contains `current`."""
    if not matches(request, current):
        raise EditConflict(request.context.image_id)


def matches(request: Request, current: str) -> bool:
    """Return whether the If-Match header contains `current`; true without the header.

    A web server that compresses a response makes the strong ETag a weak one.  It still identifies
    the state of the record exactly, so weak ETags are accepted.
    """
    given = request.headers.get("If-Match")
    if given is None:
        return True
    matcher = ETagMatcher.parse(given, strong=False)
    return matcher is AnyETag or current in [tag.partition("-")[0] for tag in matcher.etags]
