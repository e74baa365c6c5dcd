"""Visitors: people who said something about a picture, signed in or not.

A visitor ID is no secret and proves nothing: a signed cookie does, or an account.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import partial
from itertools import islice

from ..domain.models import Annotation
from ..domain.tags import MAX_TAGS
from ..errors import UnknownImage
from ..storage.interfaces import AnnotationStore

MAX_COPIED = 500  # favourites, so that one cookie can't keep the store busy


def new_visitor_id() -> str:
    """32 hexadecimal digits; those of huImages 2.2 are capitals, so none is taken for one."""
    return secrets.token_hex(16)


def copy_favorites(annotations: AnnotationStore, source: str, target: str) -> None:
    """Make the favourites of one visitor favourites of another, too."""
    favorites = (
        image_id for image_id, annotation in annotations.by_visitor(source) if annotation.favorite
    )
    for image_id in list(islice(favorites, MAX_COPIED)):
        try:
            annotations.save(
                image_id, target, lambda annotation: replace(annotation, favorite=True)
            )
        except UnknownImage:
            continue  # removed meanwhile


def move_annotations(annotations: AnnotationStore, source: str, target: str) -> None:
    """Let `target` have said all that `source` said; what target says itself wins."""
    for image_id, annotation in list(annotations.by_visitor(source)):
        try:
            annotations.save(image_id, target, partial(merged, other=annotation))
            annotations.save(image_id, source, lambda old: Annotation())
        except UnknownImage:
            continue  # removed meanwhile, and its marks with it


def merged(own: Annotation, other: Annotation) -> Annotation:
    """What both marks say; where they disagree, `own`."""
    return Annotation(
        tags=tuple(dict.fromkeys([*own.tags, *other.tags]))[:MAX_TAGS],
        favorite=own.favorite or other.favorite,
        rating=other.rating if own.rating is None else own.rating,
    )
