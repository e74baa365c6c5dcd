"""Cross-origin requests to the API: reading is open, changes need a token.

Browsers add no cookie to these requests, since no response allows credentials.  To send a
token, and so to make changes, a page must be of an origin in `huimages.api_origins`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import EXCVIEW

from ...config.settings import Settings
from .csrf import SAFE_METHODS

PATHS = ("/api/", "/oembed")
_EXPOSED_HEADERS = "ETag, Link, Location, Retry-After, Allow, WWW-Authenticate, X-Request-ID"
_ALLOWED_HEADERS = "Authorization, Content-Type, If-Match, If-None-Match"
_PREFLIGHT_MAX_AGE = "600"  # seconds


class CrossOrigin:
    """A tween over the exception views, so that other origins can read errors, too."""

    def __init__(self, handler: Callable[[Request], Response], registry: Any) -> None:
        self._handler = handler
        self._origins: frozenset[str] = registry["huimages.api_origins"]

    @classmethod
    def install(cls, config: Any, settings: Settings) -> None:
        config.registry["huimages.api_origins"] = frozenset(settings.api_origins)
        config.add_tween(f"{__name__}.{cls.__name__}", over=EXCVIEW)

    def __call__(self, request: Request) -> Response:
        # `path_info` raises for a path that is not UTF-8.
        if not request.environ.get("PATH_INFO", "").startswith(PATHS):
            return self._handler(request)
        origin = request.headers.get("Origin", "")
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return self._preflight(origin)
        response = self._handler(request)
        if request.method in SAFE_METHODS:
            response.headers["Access-Control-Allow-Origin"] = "*"
        elif origin in self._origins:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.vary = [*(response.vary or ()), "Origin"]
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED_HEADERS
        return response

    def _preflight(self, origin: str) -> Response:
        """Return the methods and headers that the origin may use."""
        allowed = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET, HEAD",
            "Access-Control-Allow-Headers": "If-None-Match",
        }
        if origin in self._origins:
            allowed = {
                "Access-Control-Allow-Origin": origin,
                "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
                "Access-Control-Allow-Headers": _ALLOWED_HEADERS,
            }
        caching = {"Access-Control-Max-Age": _PREFLIGHT_MAX_AGE, "Vary": "Origin"}
        return Response(status=204, headers={**allowed, **caching})
