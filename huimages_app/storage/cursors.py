"""Cursors: where to go on in a collection, as text that is safe in a URL.

A cursor is bound to the collection it was made for, so that one of another collection,
of another order, or a damaged one is refused and does not show the wrong pictures.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence

from ..errors import BadCursor

_SUM = 6  # bytes of the checksum: against mistakes, not against attacks

Place = Sequence[str | int | float]


def encode(collection: object, place: Place) -> str:
    """The cursor for a place in a collection, a value whose `repr` tells it from others."""
    content = json.dumps(list(place), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_sum(collection, content) + content).decode().rstrip("=")


def decode(collection: object, cursor: str) -> list[str | int | float]:
    """The place that `encode` was given for the same collection; raises BadCursor."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadCursor(_REFUSED) from None
    if _sum(collection, raw[_SUM:]) != raw[:_SUM]:
        raise BadCursor(_REFUSED)
    place: list[str | int | float] = json.loads(raw[_SUM:])
    return place


_REFUSED = "this page address is damaged or of another collection; start from the first page"


def _sum(collection: object, content: bytes) -> bytes:
    return hashlib.blake2s(repr(collection).encode() + b"\n" + content, digest_size=_SUM).digest()
