"""Hashes of passwords, with a bound on the memory and the cores that they take."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..domain.text import normalized
from ..errors import BadInput

MAX_PASSWORD = 1000  # characters
# Concurrent checks of passwords: each takes 64 MiB and a core for a moment.
_AT_ONCE = 2


class Passwords:
    """Hashes and verifies passwords.  Thread-safe."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._hashing = threading.Semaphore(_AT_ONCE)

    def hash(self, password: str, least: int) -> str:
        """Return the hash; raises BadInput for a password shorter than `least`, or too long."""
        password = _normal(password)
        if not least <= len(password) <= MAX_PASSWORD:
            raise BadInput(
                f"the password has an invalid length; expected at least {least} and "
                f"at most {MAX_PASSWORD} characters"
            )
        with self._hashing:
            return self._hasher.hash(password)

    def verify(self, hashed: str, password: str) -> bool:
        """Return whether a password has this hash."""
        password = _normal(password)
        if len(password) > MAX_PASSWORD:
            return False
        with self._hashing:
            try:
                return self._hasher.verify(hashed, password)
            except (VerificationError, InvalidHashError):
                return False

    def needs_rehash(self, hashed: str) -> bool:
        """Return whether the hash was made with weaker parameters than are used now."""
        return self._hasher.check_needs_rehash(hashed)


def _normal(password: str) -> str:
    # The same characters come in several forms, depending on the keyboard.
    return normalized("NFKC", password)
