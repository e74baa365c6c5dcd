"""Cursors: positions in a list of images, as text that is safe in a URL.

A cursor is bound to the list it was made for, so that a damaged one, or one of another list
or order, is refused and does not show the wrong images.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import BadCursor

_DIGEST_SIZE = 6  # bytes of the checksum: against mistakes, not against attacks

Position = Sequence[str | int | float]


def encode(scope: object, position: Position) -> str:
    """Return the cursor of a position in `scope`, a list identified by its `repr`."""
    content = json.dumps(list(position), separators=(",", ":")).encode()
    raw = _digest(scope, content) + content
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(scope: object, cursor: str) -> list[str | int | float]:
    """Return the position that `encode` was given for the same scope; raises BadCursor."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadCursor from None
    if _digest(scope, raw[_DIGEST_SIZE:]) != raw[:_DIGEST_SIZE]:
        raise BadCursor
    position: list[str | int | float] = json.loads(raw[_DIGEST_SIZE:])
    return position


@dataclass(frozen=True)
class Start:
    """The start of a page: after a position, or at it."""

    position: tuple[Any, ...]
    inclusive: bool = False

    def excludes(self, position: tuple[Any, ...]) -> bool:
        return position == self.position and not self.inclusive


def encode_start(scope: object, forward: bool, start: Start) -> str:
    """Return the cursor of the page that begins at `start` and is read in this direction."""
    return encode(scope, [int(forward), int(start.inclusive), *start.position])


def decode_start(scope: object, cursor: str | None) -> tuple[bool, Start | None]:
    """Return direction and start of a page; without a cursor the first.  Raises BadCursor."""
    if cursor is None:
        return True, None
    forward, inclusive, *position = decode(scope, cursor)
    return bool(forward), Start(tuple(position), bool(inclusive))


def _digest(scope: object, content: bytes) -> bytes:
    text = repr(scope).encode() + b"\n" + content
    return hashlib.blake2s(text, digest_size=_DIGEST_SIZE).digest()
