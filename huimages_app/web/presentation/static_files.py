"""The files in `static/`, at URLs that change with their content, so that browsers cache them.

The version is a folder in the path and not in the query: scripts and styles that import each
other by relative URLs then get the same version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.static import static_view

from .compression import TEXTS, accepts_gzip, compressed, set_compressed
from .conditional import ConditionalResponse

_FILES = "huimages_app:static/"
_YEAR = 365 * 24 * 3600  # seconds
_SHORT = 60


def includeme(config: Configurator) -> None:
    """Add the routes and the URLs of static files."""
    version = _version()

    def with_version(
        request: Request, path: str, addition: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, Any]]:
        return f"v-{version}/{path}", addition

    view = StaticFile(version)
    # The first route that matches is used, so the one with a version comes first.
    for name, pattern in (
        ("static", "/static/v-{version:[0-9a-f]+}/*subpath"),
        ("static-without-version", "/static/*subpath"),
    ):
        config.add_route(name, pattern, request_method="GET")
        config.add_view(view, route_name=name, permission=NO_PERMISSION_REQUIRED)
    # For `request.static_path`; the routes above handle the requests.
    config.add_static_view("static", _FILES)
    config.add_cache_buster(_FILES, with_version)


class StaticFile:
    """The view of all static files.  It has one version of each, and returns it for every URL."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._files = static_view(_FILES, cache_max_age=None, use_subpath=True)
        # Of each file and its time of change.
        self._compressed: dict[tuple[object, object], bytes] = {}

    def __call__(self, context: Any, request: Request) -> Response:
        found = self._files(context, request)
        response = ConditionalResponse(
            app_iter=found.app_iter, headerlist=found.headerlist, status=found.status
        )
        if response.status_int == 200 and response.content_type in TEXTS:
            response.vary = ["Accept-Encoding"]
            if accepts_gzip(request):
                set_compressed(response, self._body(request, found))
        # During an update of several nodes, a node gets requests for the version of another one.
        # Caches must soon drop that response.
        is_current = request.matchdict.get("version") == self._version
        response.cache_control.public = True
        response.cache_control.max_age = _YEAR if is_current else _SHORT
        return response

    def _body(self, request: Request, found: Response) -> bytes:
        """Return the compressed file; each is compressed once."""
        key = request.matchdict["subpath"], found.last_modified
        if key not in self._compressed:
            self._compressed[key] = compressed(found.body)
        elif hasattr(found.app_iter, "close"):
            found.app_iter.close()
        return self._compressed[key]


def _version() -> str:
    """Return a digest of all files together."""
    folder = Path(__file__).parents[2] / "static"
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
