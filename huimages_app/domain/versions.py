"""Versions of an image: a better picture replaces another one, and takes its place everywhere.

The newest version names all older ones, oldest first; each older one names the newest.  Going back
to an older version makes it the newest again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from .articles import pruned
from .models import Image, Place, Places

MAX_VERSIONS = 100  # of one image; bounds the work of a replacement and of its page


def succeeding(new: Image, old: Image, now: datetime) -> Image:
    """Return the record of `new` as the version that follows `old`, the newest so far.

    It takes over the metadata that people gave `old`, and its time of creation, by which images
    without a position are sorted in articles and lists.
    """
    versions = dict.fromkeys([*old.versions, old.id, *new.versions])
    references = _united(old.references, new.references)
    return replace(
        new,
        titles=(*(title for title in new.titles if title not in old.titles), *old.titles),
        alt=old.alt or new.alt,
        references=references,
        places=pruned(_places(new, old), references),
        collections={**new.collections, **old.collections},
        types=tuple(dict.fromkeys([*old.types, *new.types])),
        # Not field by field: the credit of one photographer does not go with another's name.
        rights=old.rights or new.rights,
        created=old.created,
        modified=now,
        trashed=None,
        replaced_by="",
        versions=tuple(version for version in versions if version != new.id),
        versioned=now,
    )


def superseded(image: Image, newest_id: str, now: datetime) -> Image:
    """Return the record of an older version of the image `newest_id`."""
    if (image.replaced_by, image.versions) == (newest_id, ()):
        return image
    return replace(image, replaced_by=newest_id, versions=(), versioned=now, modified=now)


def _united(
    first: Mapping[str, tuple[str, ...]], second: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    return {
        key: tuple(dict.fromkeys([*first.get(key, ()), *second.get(key, ())]))
        for key in dict.fromkeys([*first, *second])
    }


def _places(new: Image, old: Image) -> Places:
    """Return the places of both; in an article of the old image, its place and role there."""
    places = {key: dict(numbers) for key, numbers in new.places.items()}
    for key, numbers in old.references.items():
        for number in numbers:
            place = old.place(key, number)
            role = place.role or new.place(key, number).role
            places.setdefault(key, {})[number] = Place(place.at, role)
    return places
