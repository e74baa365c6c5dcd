"""Protection against requests that another site makes a browser send (CSRF).

Two independent checks: a request with an `Origin` must come from this site; and a request
with credentials that a browser adds by itself (a cookie, a sign-in made by a proxy) must carry
the token of the session, which other sites do not know.  Requests without such credentials,
as from curl, need no token.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from pyramid.exceptions import BadCSRFOrigin
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import EXCVIEW

from ...config.settings import Settings
from ...domain.hosts import host_of, origin_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def needs_token(request: Request) -> bool:
    """Return whether an unsafe request must carry the token of the session."""
    if bearer(request) is not None:
        return False
    return bool(request.headers.get("Cookie")) or request.identity.by_proxy


def bearer(request: Request) -> str | None:
    """Return the API token of a request.  A page of another site cannot make a browser send it."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


class OriginCheck:
    """A tween that refuses requests to unknown hosts, and unsafe ones from other sites.

    The first prevents DNS rebinding: an attacker's host name that resolves to this server makes
    the browser treat its content as part of the attacker's site.
    """

    def __init__(self, handler: Callable[[Request], Response], registry: Any) -> None:
        self._handler = handler
        self._origins: Collection[str] = registry["huimages.origins"]
        self._hosts: Collection[str] = registry["huimages.hosts"]

    @classmethod
    def install(cls, config: Any, settings: Settings) -> None:
        config.registry["huimages.hosts"] = frozenset(settings.hosts)
        config.registry["huimages.origins"] = frozenset(settings.origins)
        # Under the exception views, which render its errors.
        config.add_tween(f"{__name__}.{cls.__name__}", under=EXCVIEW)

    def __call__(self, request: Request) -> Response:
        if self._hosts and host_of(request.host) not in self._hosts:
            raise HTTPBadRequest(
                f"host {request.host[:100]!r} is not a host of this site; "
                "if it should be one, add it to huimages.hosts"
            )
        if request.method not in SAFE_METHODS and bearer(request) is None:
            self._check(request)
        return self._handler(request)

    def _check(self, request: Request) -> None:
        origin = request.headers.get("Origin")
        if origin is None:
            if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
                raise BadCSRFOrigin("this request comes from another site")
        elif not self._is_own(origin, request):
            raise BadCSRFOrigin(
                f"this request comes from {origin[:100]!r}, and the site is {request.host_url} "
                "(behind a proxy, add the URL of the site to huimages.origins); "
                "pages of other sites need an API token to make changes"
            )

    def _is_own(self, origin: str, request: Request) -> bool:
        try:
            sent = origin_of(origin)
            return sent in self._origins or sent == origin_of(request.host_url)
        except ValueError:  # as `null`, which sandboxed pages send
            return False
