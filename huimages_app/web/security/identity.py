"""Who asks: by token, by the company's sign-in at the proxy, by session, or nobody we know."""

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
from .client_ip import Addresses
from .cookies import has_session
from .csrf import bearer

ACCOUNT, EPOCH, SINCE = "account", "epoch", "since"  # in the session
LONGEST_SESSION = 30 * 24 * 3600  # seconds, however much it is used


@dataclass(frozen=True)
class Identity:
    """Who asks.  `visitor_id` is whose tags, ratings and favourites are theirs.

    It is empty for a visitor who has not said anything yet; see `request.ensure_visitor`.
    """

    role: str = VISITOR
    account: str = ""  # its name
    token: str = ""  # its ID
    scopes: frozenset[str] = frozenset()  # of the token
    visitor_id: str = ""
    by_proxy: bool = False  # signed in by the proxy in front, on every request anew

    @property
    def is_signed_in(self) -> bool:
        return bool(self.account)

    @property
    def principals(self) -> list[str]:
        """What the ACL of the tree calls them."""
        return [
            Everyone,
            *(f"role:{role}" for role in roles_up_to(self.role)),
            *(f"scope:{scope}" for scope in self.scopes),
        ]


class Identification:
    """Identify the client of a request.  Raises StorageUnavailable, BadToken."""

    def __init__(self, services: Services, settings: Settings, addresses: Addresses) -> None:
        self._services = services
        self._settings = settings
        self._addresses = addresses

    def identity(self, request: Request) -> Identity:
        """Who asks.  A token counts alone: a bad one is no reason to look at cookies."""
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
        said = request.headers.get(header, "").strip() if header else ""
        if not said or not self._addresses.is_from_proxy(request):
            return None
        name = parse_name(said)
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
        if not name or time.time() - since > LONGEST_SESSION:
            return None
        account = self._services.accounts.get(name)
        if account is None or account.epoch != session.get(EPOCH):
            return None
        return _of(account)


def _of(account: Account, *, by_proxy: bool = False) -> Identity:
    return Identity(account.role, account.name, visitor_id=account.visitor_id, by_proxy=by_proxy)


def sign_in(request: Request, account: Account) -> None:
    """Make the session that of an account; what was in it before is gone."""
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
