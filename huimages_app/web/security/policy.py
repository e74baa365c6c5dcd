"""Whether who asks may: Pyramid's security policy over the ACL of the tree."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pyramid.authorization import ACLHelper
from pyramid.request import Request, RequestLocalCache

from . import visitors
from .identity import Identification, Identity


class SecurityPolicy:
    """What Pyramid asks; see `pyramid.interfaces.ISecurityPolicy`."""

    def __init__(self, identification: Identification) -> None:
        self._acl = ACLHelper()
        self._identities = RequestLocalCache(identification.identity)

    def identity(self, request: Request) -> Identity:
        """Who asks; found once a request.  Raises BadToken, StoreDown."""
        return self._identities.get_or_create(request)

    def authenticated_userid(self, request: Request) -> str | None:
        """The account or token; None for visitors."""
        identity = self.identity(request)
        return identity.account or identity.token or None

    def permits(self, request: Request, context: Any, permission: str) -> Any:
        """Whether who asks has a permission on a resource."""
        return self._acl.permits(context, self.identity(request).principals, permission)

    def remember(self, request: Request, userid: str, **kw: Any) -> list[tuple[str, str]]:
        """No headers: the session holds who is signed in."""
        return []

    def forget(self, request: Request, **kw: Any) -> list[tuple[str, str]]:
        """No headers: the session holds who is signed in."""
        return []

    def ensure_visitor(self, request: Request) -> str:
        """The visitor ID, made now if there is none yet.  Call it where something is stored."""
        identity = self.identity(request)
        if identity.visitor_id:
            return identity.visitor_id
        visitor_id = visitors.begin(request)
        self._identities.set(request, replace(identity, visitor_id=visitor_id))
        return visitor_id
