"""Security policy of Pyramid, backed by the ACL of the resource tree."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pyramid.authorization import ACLHelper
from pyramid.request import Request, RequestLocalCache

from . import visitors
from .identity import Identification, Identity


class SecurityPolicy:
    """Implementation of `pyramid.interfaces.ISecurityPolicy`."""

    def __init__(self, identification: Identification) -> None:
        self._acl = ACLHelper()
        self._identities = RequestLocalCache(identification.identity)

    def identity(self, request: Request) -> Identity:
        """Return the client, cached per request.  Raises BadToken, StorageUnavailable."""
        return self._identities.get_or_create(request)

    def authenticated_userid(self, request: Request) -> str | None:
        """Return the account or token; None for visitors."""
        identity = self.identity(request)
        return identity.account or identity.token or None

    def permits(self, request: Request, context: Any, permission: str) -> Any:
        """Return whether the client has a permission on a resource; `a+b` needs both."""
        principals = self.identity(request).principals
        results = [self._acl.permits(context, principals, one) for one in permission.split("+")]
        return next((result for result in results if not result), results[0])

    def remember(self, request: Request, userid: str, **kw: Any) -> list[tuple[str, str]]:
        """Return no headers: the session contains the account."""
        return []

    def forget(self, request: Request, **kw: Any) -> list[tuple[str, str]]:
        """Return no headers: the session contains the account."""
        return []

    def ensure_visitor(self, request: Request) -> str:
        """Return the visitor ID, and create one if there is none.  Call it before storing."""
        identity = self.identity(request)
        if identity.visitor_id:
            return identity.visitor_id
        visitor_id = visitors.begin(request)
        self._identities.set(request, replace(identity, visitor_id=visitor_id))
        return visitor_id
