"""Accounts of people who sign in with a password, and their roles."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from argon2 import PasswordHasher

from ..errors import BadInput, UnknownAccount
from ..storage.interfaces import Document, DocumentStore
from . import audit
from .passwords import Passwords
from .permissions import ROLES, VISITOR
from .saved_searches import SavedSearches
from .visitors import new_visitor_id

KIND = "account"
SIGN_IN_ROLES = tuple(role for role in ROLES if role != VISITOR)
MIN_PASSWORD = 10  # characters
KNOWN_CLIENTS = 8  # client IPs that an account remembers

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,62}[a-z0-9])?")


@dataclass(frozen=True)
class Account:
    """One person.  A new password changes `epoch`, which ends all earlier sessions."""

    name: str
    role: str
    epoch: str
    visitor_id: str  # owner of the tags, ratings and favourites
    created: datetime
    has_password: bool = True
    client_ips: tuple[str, ...] = ()  # of the last sign-ins, the latest first

    @classmethod
    def of(cls, name: str, record: Document) -> Account:
        return cls(
            name,
            record["role"],
            record["epoch"],
            record["visitor"],
            datetime.fromisoformat(record["created"]),
            bool(record["password"]),
            tuple(record["addresses"]),
        )


class Accounts:
    """The accounts of a site.  Thread-safe.  Every method raises StorageUnavailable."""

    def __init__(self, documents: DocumentStore, hasher: PasswordHasher | None = None) -> None:
        self._documents = documents
        self._passwords = Passwords(hasher)

    def get(self, name: str) -> Account | None:
        """Return the account; None if there is none with this name."""
        if not _NAME.fullmatch(name):
            return None
        record = self._documents.get(KIND, name)
        return None if record is None else Account.of(name, record)

    def all(self) -> list[Account]:
        """Return all accounts, by name."""
        return [Account.of(name, record) for name, record in self._documents.items(KIND)]

    def add(self, name: str, role: str, password: str | None) -> Account:
        """Make an account; raises BadInput.

        An account without a password is for users whom a proxy in front authenticates.
        """
        name = parse_name(name)
        _check_role(role)
        record: Document = {
            "role": role,
            "password": "" if password is None else self._hash(password),
            "epoch": secrets.token_hex(8),
            "visitor": new_visitor_id(),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "addresses": [],
        }

        def add(present: Document | None) -> Document:
            if present is not None:
                raise BadInput(f"the account {name} exists already")
            return record

        self._documents.save(KIND, name, add)
        audit.record("account added", account=name, role=role)
        return Account.of(name, record)

    def set_password(self, name: str, password: str) -> None:
        """Change the password, and end all sessions; raises BadInput."""
        hashed, epoch = self._hash(password), secrets.token_hex(8)
        self._change(name, lambda record: record | {"password": hashed, "epoch": epoch})
        audit.record("password changed", account=name)

    def set_role(self, name: str, role: str) -> None:
        """Change the role, from the next request on; raises BadInput."""
        _check_role(role)
        self._change(name, lambda record: record | {"role": role})
        audit.record("role changed", account=name, role=role)

    def end_sessions(self, name: str) -> None:
        """Sign out everywhere; raises BadInput."""
        epoch = secrets.token_hex(8)
        self._change(name, lambda record: record | {"epoch": epoch})
        audit.record("sessions ended", account=name)

    def remove(self, name: str) -> None:
        """Remove the account and end its sessions; raises BadInput if there is none.

        The annotations of its owner stay; private searches are removed.
        """
        account = self.get(name)
        self._change(name, lambda record: None)
        if account is not None:
            SavedSearches(self._documents).forget(account.visitor_id)
        audit.record("account removed", account=name)

    def authenticate(self, name: str, password: str) -> Account | None:
        """Return the account if the password is right; takes as long for an unknown account."""
        record = self._documents.get(KIND, name) if _NAME.fullmatch(name) else None
        hashed = record["password"] if record else ""
        if not self._passwords.verify(hashed or self._dummy_hash, password) or not hashed:
            return None
        if self._passwords.needs_rehash(hashed):
            renewed = self._hash(password)
            self._change(name, lambda record: record | {"password": renewed})
        return None if record is None else Account.of(name, record)

    def signed_in(self, name: str, client_ip: str) -> None:
        """Remember the client IP of a sign-in, for `LoginThrottle`."""

        def remember(record: Document) -> Document:
            client_ips = _first(KNOWN_CLIENTS, [client_ip, *record["addresses"]])
            return record | {"addresses": client_ips}

        self._change(name, remember)

    # steps

    @cached_property
    def _dummy_hash(self) -> str:
        """Return the hash that passwords for unknown accounts are checked against."""
        return self._hash(secrets.token_hex())

    def _hash(self, password: str) -> str:
        return self._passwords.hash(password, MIN_PASSWORD)

    def _change(self, name: str, change: Callable[[Document], Document | None]) -> None:
        def change_existing(record: Document | None) -> Document | None:
            if record is None:
                raise UnknownAccount(name)
            return change(record)

        self._documents.save(KIND, name, change_existing)


def parse_name(text: str) -> str:
    """Return the name of an account as it is stored; raises BadInput."""
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        raise BadInput(
            f"{text[:64]!r} is not the name of an account; expected at most 64 letters and digits, "
            "with . _ @ + - between them"
        )
    return name


def _check_role(role: str) -> None:
    if role not in SIGN_IN_ROLES:
        raise BadInput(f"{role[:20]!r} is not a role; expected {', '.join(SIGN_IN_ROLES)}")


def _first(count: int, values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))[:count]
