"""Cache hits without Pyramid.

Pyramid takes most of the time of a hit.  For a plain request, this module finds the resource and
responds with the headers of the view.  Requests with a signature, a range, a validator or a name
that is not ASCII go to Pyramid, and so do all errors.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any, cast
from wsgiref.util import FileWrapper

from ..domain.formats import best_format
from ..domain.hosts import host_of
from ..domain.ids import ID_PATTERN
from ..observation import request_ids
from ..services.container import Services
from ..services.open_image import OpenImage
from .article_hits import ArticleHits, Hit
from .article_resources import ArticleFile
from .image_files import caching_of, picture_headers
from .kept_responses import KEEP, KeptResponse, identity
from .rendition_resources import ImageFile
from .resource import Resource
from .resources import Root
from .security.headers import HeaderWriter

Environ = dict[str, Any]
WsgiResponse = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# /SIZE/ID[.EXT][/NAME]; Pyramid takes names with @@ for views.
_SEGMENT = r"(?!@@|\.{1,2}(?:/|\Z))([^/]+)"
_PATH = re.compile(rf"/([^/]{{1,60}})/({ID_PATTERN}[^/]*)(?:/{_SEGMENT})?")
_SPECIAL = frozenset(
    {
        "HTTP_RANGE",
        "HTTP_IF_RANGE",
        "HTTP_IF_MATCH",
        "HTTP_IF_NONE_MATCH",
        "HTTP_IF_MODIFIED_SINCE",
        "HTTP_IF_UNMODIFIED_SINCE",
    }
)
_BLOCK = 1 << 16  # bytes read at once


class CacheHits:
    """Responds to plain requests for cached renditions."""

    def __init__(
        self,
        root: Root,
        services: Services,
        writer: HeaderWriter,
        article_hits: ArticleHits,
        hosts: Collection[str] = (),
    ) -> None:
        self._root = root
        self._services = services
        self._writer = writer
        self._article_hits = article_hits
        keys = "|".join(map(re.escape, services.articles.keys))
        self._article_path = re.compile(rf"/([^/]{{1,60}})/({keys})/{_SEGMENT}(?:/{_SEGMENT})?")
        self._hosts = hosts  # accepted host names; any if empty

    def response(self, environ: Environ) -> WsgiResponse | None:
        """Return the response to a plain request for a cached rendition, else None."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or environ.get("QUERY_STRING"):
            return None
        if not _SPECIAL.isdisjoint(environ) or not self._is_own_host(environ):
            return None
        file = self._file(environ.get("PATH_INFO", ""))
        if file is None or file.size.is_original or not self._services.sizes.allows(file.size):
            return None
        if isinstance(file, ArticleFile):
            hit = self._article_hits.hit(file, environ)
        else:
            hit = self._hit(file, environ)
        if hit is None:
            return None
        served, own_headers = hit
        https = environ["wsgi.url_scheme"] == "https"
        headers = [*own_headers, *self._writer.common(https=https)]

        def respond(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            start_response("200 OK", [*headers, (request_ids.HEADER, request_ids.current())])
            if served is None:
                return []
            if environ["REQUEST_METHOD"] == "HEAD":
                served.close()
                return []
            if (content := served.read_if_small()) is None:
                wrapper = environ.get("wsgi.file_wrapper", FileWrapper)
                return cast("Iterable[bytes]", wrapper(served.file, _BLOCK))
            if isinstance(file, ImageFile):
                _keep(served, headers, content, environ)
            return [content]

        return respond

    def _hit(self, file: ImageFile, environ: Environ) -> Hit | None:
        format_ = file.format or best_format(environ.get("HTTP_ACCEPT", ""))
        served = self._services.renditions.find(file.image_id, file.size, format_)
        if served is None:
            return None
        caching, varies = caching_of(file.size), file.format is None
        return served, picture_headers(served, caching, varies=varies)

    def _is_own_host(self, environ: Environ) -> bool:
        host = environ.get("HTTP_HOST") or environ["SERVER_NAME"]
        return not self._hosts or host_of(host) in self._hosts

    def _file(self, path: str) -> ImageFile | ArticleFile | None:
        if not path.isascii():
            return None
        match = _PATH.fullmatch(path) or self._article_path.fullmatch(path)
        if match is None:
            return None
        resource: Resource = self._root
        try:
            for name in filter(None, match.groups()):
                resource = resource[name]
        except KeyError:
            return None
        return resource if isinstance(resource, ImageFile | ArticleFile) else None


def _keep(
    served: OpenImage, headers: list[tuple[str, str]], content: bytes, environ: Environ
) -> None:
    """Have the server send the response to later requests by itself, if it can.

    Of a request's headers such a response depends on Accept only, and on the scheme.
    """
    keep: Callable[[KeptResponse], None] | None = environ.get(KEEP)
    # The Last-Modified of a file dated in the future is the time of each response.
    if keep is None or not served.status or served.status.st_mtime > time.time():
        return
    best = best_format(environ.get("HTTP_ACCEPT", ""))
    keep(
        KeptResponse(
            variant=f"{environ['wsgi.url_scheme']} {best.extension}",
            file=str(served.cached),
            identity=identity(served.status),
            headers=headers,
            body=content,
        )
    )
