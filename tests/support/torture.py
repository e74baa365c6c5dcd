"""Amounts of work for tests that take seconds, or minutes in `make torture`."""

from __future__ import annotations

import os
from http.cookiejar import DefaultCookiePolicy
from typing import TypeVar

import httpx

Amount = TypeVar("Amount", int, float)

# Set by `make torture`.
VARIABLE = "HUIMAGES_TORTURE"
SECONDS = "HUIMAGES_TORTURE_SECONDS"  # length of the mixed load
IS_LONG = os.environ.get(VARIABLE) == "long"


def amount(short: Amount, long: Amount) -> Amount:
    """Return one of two amounts: the usual one, or that of `make torture`."""
    return long if IS_LONG else short


def open_client(url: str, *, keep_alive: bool = True) -> httpx.Client:
    """Return a client that keeps no cookies, so that each request has a new visitor.

    A visitor with a cookie would need the token of a page for each change.
    """
    client = httpx.Client(
        base_url=url,
        trust_env=False,
        timeout=120,
        headers={} if keep_alive else {"Connection": "close"},
    )
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client
