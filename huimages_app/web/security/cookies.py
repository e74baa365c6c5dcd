"""Signed cookies: HttpOnly, and SameSite=Lax against forms of other sites.

On https their names begin with `__Host-`, so that no other host of the domain can set them.
All processes with the same secret accept them.
"""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory
from webob.cookies import SignedCookieProfile

SESSION = "huimages"
VISITOR = "huimages_visitor"

IDLE = 12 * 3600  # seconds after which an unused session ends
REISSUE = 600  # seconds after which the cookie of a used session is written anew
VISITOR_YEARS = 3


class Cookies:
    """Reads and writes cookies with one key."""

    def __init__(self, key: str) -> None:
        self._sessions = {
            https: SignedCookieSessionFactory(
                key,
                cookie_name=cookie_name(SESSION, https),
                secure=https,
                httponly=True,
                samesite="Lax",
                timeout=IDLE,
                reissue_time=REISSUE,
            )
            for https in (False, True)
        }
        self._visitors = {
            https: SignedCookieProfile(
                key,
                "visitor",
                cookie_name(VISITOR, https),
                secure=https,
                max_age=VISITOR_YEARS * 365 * 86400,
                httponly=True,
                samesite="Lax",
                hashalg="sha256",
            )
            for https in (False, True)
        }

    def session(self, request: Request) -> Any:
        """Return the session: Pyramid's session factory."""
        return self._sessions[is_https(request)](request)

    def visitor(self, request: Request) -> str:
        """Return the ID in the visitor cookie; empty without one or with a wrong signature."""
        value = self._visitor_profile(request).get_value()
        return value if isinstance(value, str) else ""

    def set_visitor(self, request: Request, visitor_id: str) -> None:
        """Set the visitor cookie with the response."""
        profile = self._visitor_profile(request)

        def write(request: Request, response: Response) -> None:
            profile.set_cookies(response, visitor_id)

        request.add_response_callback(write)

    def _visitor_profile(self, request: Request) -> Any:
        return self._visitors[is_https(request)].bind(request)


def forget(request: Request, name: str) -> None:
    """Remove a cookie with the response."""
    # Browsers ignore a `__Host-` cookie that is not Secure, also when it removes one.
    secure = name.startswith("__Host-")
    request.add_response_callback(
        lambda request, response: response.set_cookie(
            name, "", max_age=0, secure=secure, httponly=True, samesite="Lax"
        )
    )


def cookie_name(name: str, https: bool) -> str:
    """Return the full name of a cookie."""
    return f"__Host-{name}" if https else name


def has_session(request: Request) -> bool:
    """Return whether the browser sent a session cookie.

    Access to `request.session` would create one.
    """
    return cookie_name(SESSION, is_https(request)) in request.cookies


def is_https(request: Request) -> bool:
    """Return whether the client uses https."""
    return bool(request.scheme == "https")
