"""Functions of the library for share links, and what a backend has to provide for them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..domain.shares import DEFAULT_SIZE, ShareTerms, Target


@dataclass(frozen=True)
class ShareInfo:
    """A share link without its token: what it leads to, its end, the number of visits."""

    id: str
    kind: str
    value: str
    title: str
    until: datetime | None
    views: int


class ShareBackend(ABC):
    """Share links of one site."""

    @abstractmethod
    def shares(self) -> list[ShareInfo]:
        """Return all share links, the newest first."""

    @abstractmethod
    def share(self, target: Target, terms: ShareTerms) -> str:
        """Make a share link; return its URL, or its path where the URL of the site is unknown.

        Raises BadInput, BadSize, UnknownImage, UnknownCollection, UnknownArticle.
        """

    @abstractmethod
    def revoke_share(self, share_id: str) -> None:
        """Revoke a share link; raises UnknownShare."""


class ShareFunctions:
    """The functions; `_backend` is the backend of the library."""

    _backend: ShareBackend

    def get_shares(self) -> list[ShareInfo]:
        """Return all share links, the newest first."""
        return self._backend.shares()

    def share(
        self,
        kind: str,
        value: str,
        *,
        key: str = "artnr",
        title: str = "",
        until: datetime | None = None,
        sizes: Sequence[str] = (DEFAULT_SIZE,),
        originals: bool = False,
        password: str = "",
    ) -> str:
        """Make a share link; return its URL, which is not stored.

        `kind` is `image`, `collection`, `article`, `tag`, `search` or `list`; `value` is its ID,
        number, tag, words, or filters and order as in `tag=sea&order=title`.
        `until` has a time zone; None: until it is revoked.
        """
        terms = ShareTerms(title, until, tuple(sizes), originals, password)
        return self._backend.share(Target.parse(kind, value, key), terms)

    def revoke_share(self, share_id: str) -> None:
        """Revoke a share link by its ID."""
        self._backend.revoke_share(share_id)
