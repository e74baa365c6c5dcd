"""The images that look like a perceptual hash."""

from __future__ import annotations

from typing import Final

from ...domain.likeness import are_alike, distance, most_alike, similar_pieces
from ...domain.models import Image
from .codec import image_of
from .database import Database

# Hashes that one look-up compares: a row has 130 bytes.  More have a piece in common with it only
# where many pictures are nearly the same.
_MAX_COMPARED: Final = 2_000
# Documents read more: of equally similar ones the oldest are returned.
_SPARE: Final = 12


def read_alike(images: Database, phash: str, limit: int) -> list[Image]:
    """Return the visible images that look like a hash, in two requests: see `ImageSearch.alike`."""
    # Rows come in the order of the keys.
    rows = images.rows("by_look", keys=list(map(list, similar_pieces(phash))), limit=_MAX_COMPARED)
    near = {row["id"]: row["value"] for row in rows if are_alike(row["value"], phash)}
    ids = sorted(near, key=lambda image_id: (distance(near[image_id], phash), image_id))
    documents = images.get_many(ids[: limit + _SPARE]).values()
    return most_alike(map(image_of, documents), phash, limit)
