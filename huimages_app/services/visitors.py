"""Visitors: people who annotate images, signed in or not.

A visitor ID is no secret and proves nothing: a signed cookie does, or an account.
"""

from __future__ import annotations

import secrets


def new_visitor_id() -> str:
    """Return 32 lowercase hexadecimal digits; IDs of huImages 2.2 are uppercase."""
    return secrets.token_hex(16)
