"""Derive keys for separate purposes from one secret."""

from __future__ import annotations

import hashlib
import hmac


def derived_key(secret: str, purpose: str) -> str:
    """Return a key of 64 characters for one purpose; it does not reveal the secret."""
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256).hex()
