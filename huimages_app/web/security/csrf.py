"""Nobody's browser is made to change something here by another site.

Two fences, each enough by itself: where a browser says which site a request comes from,
that has to be this one; and a request that a browser adds something to (a cookie, a
sign-in made by a proxy) has to carry the token of the session, which no other site knows.
A request with nothing of the kind, as from curl, has no power to be abused.
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

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def needs_token(request: Request) -> bool:
    """Whether an unsafe request has to carry the token of the session."""
    if bearer(request) is not None:
        return False
    return bool(request.headers.get("Cookie")) or request.identity.by_proxy


def bearer(request: Request) -> str | None:
    """The token with which a program signs in; no site can make a browser send this header."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


class OriginCheck:
    """A tween that refuses requests to other hosts, and unsafe ones from other sites.

    The first is against names that somebody else lets lead to this address: the browser
    takes what is under such a name for one site with the attacker's own.
    """

    def __init__(self, handler: Callable[[Request], Response], registry: Any) -> None:
        self._handler = handler
        self._origins: Collection[str] = registry["huimages.origins"]
        self._hosts: Collection[str] = registry["huimages.hosts"]

    @classmethod
    def install(cls, config: Any, settings: Settings) -> None:
        config.registry["huimages.hosts"] = frozenset(settings.hosts)
        config.registry["huimages.origins"] = frozenset(
            origin.rstrip("/") for origin in settings.origins
        )
        # Under the exception views, so that they answer for it.
        config.add_tween(f"{__name__}.{cls.__name__}", under=EXCVIEW)

    def __call__(self, request: Request) -> Response:
        if self._hosts and request.domain not in self._hosts:
            raise HTTPBadRequest("this site does not answer to this name: see huimages.hosts")
        if request.method not in SAFE_METHODS and bearer(request) is None:
            self._check(request)
        return self._handler(request)

    def _check(self, request: Request) -> None:
        origin = request.headers.get("Origin")
        if origin is None:
            if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
                raise BadCSRFOrigin("this request comes from another site")
        elif origin != request.host_url and origin not in self._origins:
            raise BadCSRFOrigin(
                f"this request comes from {origin[:100]!r}, and the site is {request.host_url} "
                "(behind a proxy, name its address in huimages.origins): "
                "pages of other sites change something with an API token only"
            )
