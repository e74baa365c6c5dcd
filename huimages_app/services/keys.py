"""One secret, many keys: what signs one thing can't sign another."""

from __future__ import annotations

import hashlib
import hmac


def derived_key(secret: str, purpose: str) -> str:
    """A key of 64 characters for one purpose.  Nothing about the secret follows from it."""
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256).hex()
