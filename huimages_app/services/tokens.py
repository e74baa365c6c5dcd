"""API tokens, with which programs authenticate."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..domain.text import clean
from ..errors import BadInput, BadToken
from ..storage.interfaces import Document, DocumentStore
from . import audit
from .permissions import SCOPES
from .visitors import new_visitor_id

KIND = "token"
PREFIX = "hui_"  # lets searches and secret scanners find leaked tokens
MAX_NAME = 100
_TOKEN = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")
_ID_LENGTH = 12


@dataclass(frozen=True)
class Token:
    """One token.  Only the hash of its text is stored."""

    id: str  # the beginning of its hash
    name: str
    scopes: frozenset[str]
    created: datetime
    expires: datetime | None
    visitor_id: str  # owner of the tags that are added with it

    @classmethod
    def of(cls, key: str, record: Document) -> Token:
        expires = record["expires"]
        return cls(
            key[:_ID_LENGTH],
            record["name"],
            frozenset(record["scopes"]),
            datetime.fromisoformat(record["created"]),
            datetime.fromisoformat(expires) if expires else None,
            record["visitor"],
        )

    def is_expired(self, now: datetime) -> bool:
        return self.expires is not None and self.expires <= now


class Tokens:
    """The tokens of a site.  Thread-safe.  Every method raises StorageUnavailable."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    def add(
        self, name: str, scopes: Iterable[str], lifetime: timedelta | None = None
    ) -> tuple[Token, str]:
        """Make a token; return it and its text, which is not stored and can't be shown again."""
        name, scopes = clean(name), sorted(set(scopes))
        if not name or len(name) > MAX_NAME:
            raise BadInput(f"a token needs a name, of at most {MAX_NAME} characters")
        if not scopes or not set(scopes) <= set(SCOPES):
            raise BadInput(f"a token needs one or more scopes: {', '.join(SCOPES)}")
        if lifetime is not None and lifetime <= timedelta(0):
            raise BadInput("the lifetime of the token is too short; expected at least a day")
        now = datetime.now(UTC)
        text = PREFIX + secrets.token_urlsafe(32)
        record: Document = {
            "name": name,
            "scopes": scopes,
            "created": now.isoformat(timespec="seconds"),
            "expires": (now + lifetime).isoformat(timespec="seconds") if lifetime else "",
            "visitor": new_visitor_id(),
        }
        key = _key(text)
        self._documents.save(KIND, key, lambda present: record)
        token = Token.of(key, record)
        audit.record("token added", token=token.id, name=name, scopes=" ".join(scopes))
        return token, text

    def all(self) -> list[Token]:
        """Return all tokens, the newest first."""
        tokens = [Token.of(key, record) for key, record in self._documents.items(KIND)]
        return sorted(tokens, key=lambda token: token.created, reverse=True)

    def authenticate(self, text: str, now: datetime | None = None) -> Token:
        """Return the token with this text; raises BadToken if it is unknown or expired."""
        key = _key(text)
        record = self._documents.get(KIND, key) if _TOKEN.fullmatch(text) else None
        if record is None:
            raise BadToken("the token is unknown or was revoked")
        token = Token.of(key, record)
        if token.is_expired(now or datetime.now(UTC)):
            raise BadToken("the token has expired")
        return token

    def revoke(self, token_id: str) -> None:
        """Remove a token by its ID; raises BadInput if there is none."""
        for key, _ in self._documents.items(KIND):
            if key[:_ID_LENGTH] == token_id:
                self._documents.save(KIND, key, lambda record: None)
                audit.record("token revoked", token=token_id)
                return
        raise BadInput(f"there is no token {token_id[:20]!r}")


def _key(text: str) -> str:
    # 256 random bits can't be guessed from their hash, so it needs no salt and no slow hash.
    return hashlib.sha256(text.encode()).hexdigest()
