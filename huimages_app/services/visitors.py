"""Visitors: people who said something about a picture, signed in or not.

A visitor ID is no secret and proves nothing: a signed cookie does, or an account.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import partial
from itertools import islice

from ..domain.models import Mark
from ..domain.tags import MAX_TAGS
from ..errors import UnknownImage
from ..storage.interfaces import Metadata

MAX_COPIED = 500  # favourites, so that one cookie can't keep the store busy


def new_visitor_id() -> str:
    """32 hexadecimal digits; those of huImages 2.2 are capitals, so none is taken for one."""
    return secrets.token_hex(16)


def copy_favorites(metadata: Metadata, source: str, target: str) -> None:
    """Make the favourites of one visitor favourites of another, too."""
    favorites = (image_id for image_id, mark in metadata.marks_by(source) if mark.favorite)
    for image_id in list(islice(favorites, MAX_COPIED)):
        try:
            metadata.save_mark(image_id, target, lambda mark: replace(mark, favorite=True))
        except UnknownImage:
            continue  # removed meanwhile


def move_marks(metadata: Metadata, source: str, target: str) -> None:
    """Let `target` have said all that `source` said; what target says itself wins."""
    for image_id, mark in list(metadata.marks_by(source)):
        try:
            metadata.save_mark(image_id, target, partial(merged, other=mark))
            metadata.save_mark(image_id, source, lambda old: Mark())
        except UnknownImage:
            continue  # removed meanwhile, and its marks with it


def merged(own: Mark, other: Mark) -> Mark:
    """What both marks say; where they disagree, `own`."""
    return Mark(
        tags=tuple(dict.fromkeys([*own.tags, *other.tags]))[:MAX_TAGS],
        favorite=own.favorite or other.favorite,
        rating=other.rating if own.rating is None else own.rating,
    )
