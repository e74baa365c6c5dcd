"""Paths that contain a secret: those of share links."""

from __future__ import annotations

import re

from ..domain.shares import TOKEN

_SHARE = "/share/"
# A mistyped token is nearly a token, so every long name counts as one.
_LONG_NAME = re.compile(r"(/share/)[^/]{12,}")

# https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag
HEADERS = (
    ("Referrer-Policy", "no-referrer"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Cache-Control", "private, no-store"),
)


def is_secret(path: str) -> bool:
    """Return whether a path, as in PATH_INFO, is that of a share link."""
    name = path.removeprefix(_SHARE).partition("/")[0] if path.startswith(_SHARE) else ""
    return bool(TOKEN.fullmatch(name))


def loggable(path: str) -> str:
    """Return a path for the log, without the token of a share link."""
    return _LONG_NAME.sub(r"\1TOKEN", path)
