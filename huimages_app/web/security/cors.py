"""What pages of other origins may ask the API: look at everything, change with a token.

A browser never adds a cookie to these requests, for no answer allows credentials.  To send
a token, and so to change anything, a page has to be of an origin in `huimages.api_origins`.
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
_SEEN = "ETag, Link, Location, Retry-After, Allow, WWW-Authenticate"
_SENT = "Authorization, Content-Type, If-Match, If-None-Match"
_PREFLIGHT_KEPT = "600"  # seconds


class CrossOrigin:
    """A tween over the exception views, so that errors can be read by those pages, too."""

    def __init__(self, handler: Callable[[Request], Response], registry: Any) -> None:
        self._handler = handler
        self._origins: frozenset[str] = registry["huimages.api_origins"]

    @classmethod
    def install(cls, config: Any, settings: Settings) -> None:
        origins = frozenset(origin.rstrip("/") for origin in settings.api_origins)
        config.registry["huimages.api_origins"] = origins
        config.add_tween(f"{__name__}.{cls.__name__}", over=EXCVIEW)

    def __call__(self, request: Request) -> Response:
        # The path may be one that can't be decoded.
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
        response.headers["Access-Control-Expose-Headers"] = _SEEN
        return response

    def _preflight(self, origin: str) -> Response:
        """What a browser asks before it sends a request that a form could not send."""
        allowed = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET, HEAD",
            "Access-Control-Allow-Headers": "If-None-Match",
        }
        if origin in self._origins:
            allowed = {
                "Access-Control-Allow-Origin": origin,
                "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
                "Access-Control-Allow-Headers": _SENT,
            }
        kept = {"Access-Control-Max-Age": _PREFLIGHT_KEPT, "Vary": "Origin"}
        return Response(status=204, headers={**allowed, **kept})
