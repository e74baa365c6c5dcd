"""Compressed responses: files that never change, and pages without secrets.

Other pages stay as they are: they contain tokens and words of the request, and from the length of
a compressed page an attacker could guess a token (BREACH).
"""

from __future__ import annotations

import gzip

from pyramid.request import Request
from pyramid.response import Response

TEXTS = frozenset(
    {
        "application/javascript",
        "application/json",
        "application/manifest+json",
        "image/svg+xml",
        "text/css",
        "text/html",
        "text/javascript",
    }
)


def compressed(content: bytes) -> bytes:
    """Return the bytes compressed; the same bytes for the same content."""
    return gzip.compress(content, mtime=0)


def accepts_gzip(request: Request) -> bool:
    """Return whether the client wants compressed responses; not for parts of a file."""
    accepted = request.accept_encoding
    return bool(accepted) and not request.range and bool(accepted.acceptable_offers(["gzip"]))


def set_compressed(response: Response, body: bytes) -> None:
    """Replace the body of a response with its compressed form."""
    response.body = body
    response.content_encoding = "gzip"
