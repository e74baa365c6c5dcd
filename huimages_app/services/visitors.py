"""Visitors: people who annotate images, signed in or not.

A visitor ID is not secret and authenticates no one; a signed cookie or an account does.
"""

from __future__ import annotations

import secrets


def new_visitor_id() -> str:
    """Return 32 lowercase hexadecimal digits; IDs of huImages 2.2 are uppercase."""
    return secrets.token_hex(16)
