"""Whether two files have the same bytes: SHA-1 alone does not prove it any more."""

from __future__ import annotations

from typing import BinaryIO

_CHUNK = 1 << 20  # bytes


def same_bytes(one: BinaryIO, other: BinaryIO) -> bool:
    """Whether two seekable files are equal, both read from their start."""
    one.seek(0)
    other.seek(0)
    while chunk := one.read(_CHUNK):
        if other.read(len(chunk)) != chunk:
            return False
    return not other.read(1)
