"""The files in `static/`, at URLs that change with their content, so that browsers cache them.

The version is a folder of the address and not its query, so that scripts and styles which
name each other by relative addresses take each other's in the same version.
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

_FILES = "huimages_app:static/"
_YEAR = 365 * 24 * 3600  # seconds
_SHORT = 60


def includeme(config: Configurator) -> None:
    version = _version()

    def with_version(
        request: Request, path: str, addition: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, Any]]:
        return f"v-{version}/{path}", addition

    # Before the other one, which would take the version for a folder.
    config.add_route("static", "/static/v-{version:[0-9a-f]+}/*subpath", request_method="GET")
    config.add_view(Versioned(version), route_name="static", permission=NO_PERMISSION_REQUIRED)
    config.add_static_view("static", _FILES, cache_max_age=_SHORT)
    config.add_cache_buster(_FILES, with_version)


class Versioned:
    """A view that serves the files of this version of the program, whatever was asked for."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._files = static_view(_FILES, cache_max_age=None, use_subpath=True)

    def __call__(self, context: Any, request: Request) -> Response:
        response = self._files(context, request)
        # While several nodes are brought up to date one of them is asked for the version of
        # another; its answer has to be forgotten soon.
        is_ours = request.matchdict["version"] == self._version
        response.cache_control.public = True
        response.cache_control.max_age = _YEAR if is_ours else _SHORT
        return response


def _version() -> str:
    """A digest of all the files together."""
    folder = Path(__file__).parents[2] / "static"
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
