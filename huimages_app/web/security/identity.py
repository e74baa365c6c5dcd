"""Identification of clients: by token, by the sign-in of the proxy in front, or by session."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import Any

from pyramid.authorization import Everyone
from pyramid.request import Request

from ...config.settings import Settings
from ...services.accounts import Account, parse_name
from ...services.container import Services
from ...services.permissions import VISITOR, roles_up_to
from .client_ip import ClientIps
from .cookies import has_session
from .csrf import bearer

ACCOUNT, EPOCH, SINCE = "account", "epoch", "since"  # in the session
MAX_SESSION = 30 * 24 * 3600  # seconds since the sign-in


@dataclass(frozen=True)
class Identity:
    """The client of a request.  `visitor_id` owns its tags, ratings and favourites.

    It is empty for a visitor without any; see `request.ensure_visitor`.
    """

    role: str = VISITOR
    account: str = ""  # its name
    token: str = ""  # its ID
    scopes: frozenset[str] = frozenset()  # of the token
    visitor_id: str = ""
    by_proxy: bool = False  # signed in by the proxy in front, at each request

    @property
    def is_signed_in(self) -> bool:
        return bool(self.account)

    @property
    def principals(self) -> list[str]:
        """Names of the client in the ACL of the resource tree."""
        return [
            Everyone,
            *(f"role:{role}" for role in roles_up_to(self.role)),
            *(f"scope:{scope}" for scope in self.scopes),
        ]


class Identification:
    """Identify the client of a request.  Raises StorageUnavailable, BadToken."""

    def __init__(self, services: Services, settings: Settings, client_ips: ClientIps) -> None:
        self._services = services
        self._settings = settings
        self._client_ips = client_ips

    def identity(self, request: Request) -> Identity:
        """Return the client.  A request with a token is never identified by cookies."""
        if (text := bearer(request)) is not None:
            return self._by_token(text)
        return (
            self._by_proxy(request)
            or self._by_session(request)
            or Identity(visitor_id=request.signed_cookies.visitor(request))
        )

    def _by_token(self, text: str) -> Identity:
        token = self._services.tokens.authenticate(text)
        return Identity(token=token.id, scopes=token.scopes, visitor_id=token.visitor_id)

    def _by_proxy(self, request: Request) -> Identity | None:
        header = self._settings.proxy_user_header
        user = request.headers.get(header, "").strip() if header else ""
        if not user or not self._client_ips.is_from_proxy(request):
            return None
        name = parse_name(user)
        account = self._services.accounts.get(name)
        if account:
            return _of(account, by_proxy=True)
        visitor_id = hashlib.sha256(f"by proxy: {name}".encode()).hexdigest()[:32]
        return Identity(self._settings.proxy_user_role, name, visitor_id=visitor_id, by_proxy=True)

    def _by_session(self, request: Request) -> Identity | None:
        if not has_session(request):
            return None
        session = request.session
        name, since = session.get(ACCOUNT), session.get(SINCE, 0)
        if not name or time.time() - since > MAX_SESSION:
            return None
        account = self._services.accounts.get(name)
        if account is None or account.epoch != session.get(EPOCH):
            return None
        return _of(account)


def _of(account: Account, *, by_proxy: bool = False) -> Identity:
    return Identity(account.role, account.name, visitor_id=account.visitor_id, by_proxy=by_proxy)


def sign_in(request: Request, account: Account) -> None:
    """Start a new session of an account."""
    session: Any = request.session
    session.invalidate()
    session[ACCOUNT] = account.name
    session[EPOCH] = account.epoch
    session[SINCE] = int(time.time())
    session.new_csrf_token()


def sign_out(request: Request) -> None:
    """End the session in this browser."""
    if has_session(request):
        request.session.invalidate()
