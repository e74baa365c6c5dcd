"""Collections: images that editors chose, in an order, with a name, a text and a cover.

The record of an image has its position in each of its collections, so that adding, moving or
removing one image changes one record, and two editors do not overwrite each other.  Positions
have gaps; an image that is moved gets a position between its new neighbours.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..errors import BadInput
from .models import Image
from .text import MAX_TITLE, clean, clean_title

ID = re.compile(r"[a-z2-7]{12}")
MAX_DESCRIPTION = 5000

STEP = 100.0  # between the positions of images that are added one after the other
LEAST_GAP = 1e-5  # positions up to 1e9 are exact to 1e-7

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True)
class Collection:
    """A collection without its images.

    `end` is greater than the positions of all images that were ever added, and `begin` is the
    position of the last one that was put to the front.  `cover` is the ID of an image, which may
    have left the collection.
    """

    id: str
    title: str
    created: datetime
    modified: datetime
    description: str = ""
    cover: str = ""
    end: float = STEP
    begin: float = 0.0


@dataclass(frozen=True)
class CollectionPatch:
    """The fields to change; None keeps a field."""

    title: str | None = None
    description: str | None = None  # empty removes it
    cover: str | None = None  # empty: the first image

    def cleaned(self) -> CollectionPatch:
        """Return the patch as it can be stored; raises BadInput for what cannot be."""
        title = None if self.title is None else clean_title(self.title)
        if title == "":
            raise BadInput(
                f"a collection needs a title; expected 1 to {MAX_TITLE} characters that are visible"
            )
        text = self.description
        return replace(self, title=title, description=None if text is None else _lines(text))

    def applied_to(self, collection: Collection) -> Collection:
        """Return the changed collection; requires a cleaned patch."""
        given = {"title": self.title, "description": self.description, "cover": self.cover}
        changes = {name: value for name, value in given.items() if value is not None}
        return replace(collection, **changes)  # type: ignore[arg-type]


def new_collection_id() -> str:
    """Return a random ID of 60 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def between(low: float, high: float) -> float | None:
    """Return a position between two; None if the gap is too small."""
    if high - low < 2 * LEAST_GAP:
        return None
    middle = (low + high) / 2
    whole = float(int(middle))
    return whole if low < whole < high else middle


def spread(images: Sequence[Image], collection_id: str) -> dict[str, float] | None:
    """Return new positions, by ID, of all images but the first and the last.

    They are evenly between these two; None if the gaps would be too small.
    """
    low, high = (images[index].collections[collection_id] for index in (0, -1))
    step = (high - low) / (len(images) - 1)
    if step < 2 * LEAST_GAP:
        return None
    return {image.id: low + step * index for index, image in enumerate(images[1:-1], start=1)}


def _lines(text: str) -> str:
    """Return a text of several lines as it is stored; raises BadInput if it is too long."""
    lines = [clean(line) for line in text.splitlines()]
    cleaned = "\n".join(lines).strip("\n")
    if len(cleaned) > MAX_DESCRIPTION:
        raise BadInput(
            f"the text is too long: {len(cleaned)} characters, at most {MAX_DESCRIPTION}"
        )
    return cleaned
