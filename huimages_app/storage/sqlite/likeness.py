"""The images that look like a perceptual hash."""

from __future__ import annotations

import sqlite3
from typing import Final

from ...domain.likeness import (
    MAX_DIFFERENT,
    Piece,
    most_alike,
    pieces,
    similar_pieces,
)
from ...domain.models import Image
from .codec import dumps, image_from_json

# Hashes that one look-up compares.  More have a piece in common with it only where thousands of
# pictures are nearly the same.
_MAX_COMPARED: Final = 20_000
# Documents read more: older processes, which are still serving, do not know the table.
_SPARE: Final = 8

# CROSS JOIN: in the order of the pieces.
_SELECT = """
    SELECT DISTINCT key, hash FROM (
        SELECT hashes.key AS key, hash FROM json_each(?) AS wanted
        CROSS JOIN hashes ON piece = wanted.value LIMIT ?
    )
"""

_PIECE_VALUES: Final = 1 << 16
_BITS: Final = (1 << 64) - 1
_SIGN: Final = 1 << 63


def rows_of(key: int, phash: str) -> list[tuple[int, int, int]]:
    """Return the rows of the table `hashes` of an image."""
    return [(number, key, _signed(phash)) for number in map(_number, pieces(phash))]


def write_hash(db: sqlite3.Connection, key: int, phash: str) -> None:
    """Add an image to the index."""
    db.executemany("INSERT OR REPLACE INTO hashes VALUES (?, ?, ?)", rows_of(key, phash))


def delete_hash(db: sqlite3.Connection, key: int, phash: str) -> None:
    """Remove an image from the index."""
    rows = [(number, key) for number in map(_number, pieces(phash))]
    db.executemany("DELETE FROM hashes WHERE (piece, key) = (?, ?)", rows)


def read_alike(db: sqlite3.Connection, phash: str, limit: int) -> list[Image]:
    """Return the visible images that look like a hash: see `ImageSearch.alike`."""
    wanted, numbers = int(phash, 16), list(map(_number, similar_pieces(phash)))
    candidates = db.execute(_SELECT, [dumps(numbers), _MAX_COMPARED]).fetchall()
    near = sorted(
        (differing, key)
        for key, stored in candidates
        if (differing := ((stored ^ wanted) & _BITS).bit_count()) <= MAX_DIFFERENT
    )
    keys = [key for _, key in near[: limit + _SPARE]]
    rows = db.execute(
        "SELECT document FROM images WHERE key IN (SELECT value FROM json_each(?))", [dumps(keys)]
    ).fetchall()
    return most_alike((image_from_json(document) for (document,) in rows), phash, limit)


def _number(piece: Piece) -> int:
    quarter, digits = piece
    return quarter * _PIECE_VALUES + int(digits, 16)


def _signed(phash: str) -> int:
    value = int(phash, 16)
    return value - 2 * _SIGN if value & _SIGN else value
