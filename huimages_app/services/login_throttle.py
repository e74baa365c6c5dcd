"""Slow down password guessing, on all nodes together and across restarts.

Each account and each client IP has a number of free attempts; after them every failure
doubles the wait before the next attempt, up to a quarter of an hour.  Guesses of others can't
lock an owner out for ever: a client IP that the account was used from has a separate
counter, attempts during a wait are not counted, and a new password, set on the command line,
clears the account.  The password of a share link is known to many clients, so each of them has
a separate counter, and all of them together have a larger number of free attempts.
"""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from ..errors import TooManyAttempts
from ..storage.interfaces import Document, DocumentStore

KIND = "attempts"
_CLIENT = "address:"
FREE_BY_ACCOUNT = 5
FREE_BY_CLIENT = 20
FREE_BY_LINK = 500
LONGEST_WAIT = 15 * 60  # seconds
FORGOTTEN_AFTER = 24 * 3600  # seconds without a failure


@dataclass(frozen=True)
class _Counter:
    key: str
    free: int


class LoginThrottle:
    """Counts failed sign-ins.  Thread-safe.  `clock` gives seconds since the epoch."""

    def __init__(self, documents: DocumentStore, clock: Callable[[], float] = time.time) -> None:
        self._documents = documents
        self._clock = clock

    def record_attempt(
        self, account: str, client_ip: str, known: Collection[str] = (), *, shared: bool = False
    ) -> None:
        """Count an attempt as a failure; raises TooManyAttempts, StorageUnavailable.

        Called before the password is checked, so that parallel attempts count as well.
        `known` are the client IPs that the account was used from; `shared`: the password is
        that of a share link.
        """
        counters = _counters(account, client_ip, known, shared)
        for counter in counters:  # an attempt that one counter refuses is counted by none
            self._added(self._documents.get(KIND, counter.key), counter.free)
        for counter in counters:
            self._documents.save(KIND, counter.key, partial(self._added, free=counter.free))

    def record_success(
        self, account: str, client_ip: str, known: Collection[str] = (), *, shared: bool = False
    ) -> None:
        """Take back the count of an attempt with the right password."""
        own, *others = _counters(account, client_ip, known, shared)
        self._documents.save(KIND, own.key, lambda old: None)
        # Not reset: an attacker with one account could then guess at others without limit.
        for counter in others:
            self._documents.save(KIND, counter.key, _one_less)
        self._forget_old()

    def clear(self, account: str) -> None:
        """Forget the failures of an account and of all client IPs.

        The client IP of the owner's next attempt is unknown, and may be blocked by guesses
        of others.
        """
        forgotten = (_account_key(account), _CLIENT)
        for key, _ in list(self._documents.items(KIND)):
            if key.startswith(forgotten):
                self._documents.save(KIND, key, lambda old: None)

    def _added(self, old: Document | None, free: int) -> Document:
        now = self._clock()
        count, last = (old["count"], old["last"]) if old else (0, 0.0)
        if now - last > FORGOTTEN_AFTER:
            count = 0
        remaining = last + _wait(count, free) - now
        if remaining > 0:
            raise TooManyAttempts(int(remaining) + 1)
        return {"count": count + 1, "last": now}

    def _forget_old(self) -> None:
        now = self._clock()
        for key, record in list(self._documents.items(KIND)):
            if now - record["last"] > FORGOTTEN_AFTER:
                self._documents.save(KIND, key, lambda old: None)


def _counters(account: str, client_ip: str, known: Collection[str], shared: bool) -> list[_Counter]:
    """Return the counter of these guesses, then those that they share with other guesses."""
    network = network_of(client_ip)
    key = _account_key(account)
    by_client = _Counter(f"{_CLIENT}{network}", FREE_BY_CLIENT)
    if shared:
        own = _Counter(f"{key}{network}", FREE_BY_ACCOUNT)
        return [own, by_client, _Counter(key, FREE_BY_LINK)]
    return [_Counter(f"{key}{network if network in known else ''}", FREE_BY_ACCOUNT), by_client]


def _account_key(account: str) -> str:
    # Hashed, because users sometimes type their password as the name.
    return f"account:{hashlib.sha256(account.encode()).hexdigest()[:32]}:"


def network_of(client_ip: str) -> str:
    """Return the network of one client: an IPv4 address, or a /64 of IPv6."""
    try:
        parsed = ipaddress.ip_address(client_ip)
    except ValueError:  # a Unix socket
        return "local"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _wait(count: int, free: int) -> float:
    """Return the seconds to wait after `count` failures."""
    return 0 if count < free else min(LONGEST_WAIT, 2.0 ** min(count - free, 20))


def _one_less(old: Document | None) -> Document | None:
    return old | {"count": old["count"] - 1} if old and old["count"] > 1 else None
