"""The images that look like a perceptual hash.

The view `by_likeness` has each hash under 16 keys, each of two of its nine pieces.  Six different
bits are in at most six pieces, so three are equal, and two of these are among the first five or
among the last four: two hashes that look alike have a key in common (docs/decisions/074).
"""

from __future__ import annotations

from itertools import combinations
from typing import Final

from ...domain.likeness import BITS, are_alike, distance, most_alike
from ...domain.models import Image
from .codec import image_of
from .database import Database

_PIECES: Final = 9
_FIRST_GROUP: Final = 5
_KEY_BITS: Final = 15

# Hashes that one look-up compares: a row has 130 bytes.  More have pieces in common with it only
# where many pictures are nearly the same.
_MAX_COMPARED: Final = 2_000
# Documents read more: of equally similar ones the oldest are returned.
_SPARE: Final = 12


def likeness_keys(phash: str) -> list[int]:
    """Return the keys under which the view has a hash."""
    bits = f"{int(phash, 16):0{BITS}b}"
    pieces = [bits[start::_PIECES] for start in range(_PIECES)]
    groups = pieces[:_FIRST_GROUP], pieces[_FIRST_GROUP:]
    pairs = (one + other for group in groups for one, other in combinations(group, 2))
    return [number << _KEY_BITS | int(pair, 2) for number, pair in enumerate(pairs)]


def read_alike(images: Database, phash: str, limit: int) -> list[Image]:
    """Return the visible images that look like a hash, in two requests: see `ImageSearch.alike`."""
    rows = images.rows("by_likeness", keys=likeness_keys(phash), limit=_MAX_COMPARED)
    near = {row["id"]: row["value"] for row in rows if are_alike(row["value"], phash)}
    ids = sorted(near, key=lambda image_id: (distance(near[image_id], phash), image_id))
    documents = images.get_many(ids[: limit + _SPARE]).values()
    return most_alike(map(image_of, documents), phash, limit)
