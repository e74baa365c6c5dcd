"""The ID of the current request, which its log lines and its response have."""

from __future__ import annotations

import os
import re
from contextvars import ContextVar

HEADER = "X-Request-ID"

_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")

# Never reset: the server reads the body of a response after the application has returned it,
# and a thread of the server handles nothing but requests, each of which sets its own ID.
_current: ContextVar[str] = ContextVar("request_id", default="")


def begin(proposed: str = "") -> str:
    """Set the ID of the request that begins in this thread, and return it.

    `proposed` is the ID that a proxy sent.  Unless it is a plain token, an ID is made.
    """
    is_plain = proposed and _PLAIN.fullmatch(proposed)
    request_id = proposed if is_plain else new()
    _current.set(request_id)
    return request_id


def new() -> str:
    """Return an ID that no other request has."""
    return os.urandom(8).hex()


def current() -> str:
    """Return the ID of the current request; empty outside of requests."""
    return _current.get()
