"""Positions of images in articles and collections as JSON and back, as all backends store them.

places       {"artnr": {"10106": {"at": 20, "role": "front"}}}
collections  {"k3v7pq2mza": 300}
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from ..domain.models import Place, Places

# Larger positions are ignored, so that UNPLACED sorts after every position.
MAX_AT = 10**9
UNPLACED = 10**12  # sorts images without a position

# Stands for the key of a reference where a backend indexes positions in collections together
# with those in articles.  No reference has this key: see `domain.text.REFERENCE_KEY`.
COLLECTION = "*collection"

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def folded(text: str) -> str:
    """Return a text with ASCII letters in lower case, by which articles are sorted and found.

    Other letters stay: both backends, and the scripts of CouchDB, agree on these alone.
    """
    return text.translate(_LOWER)


def rank(place: Place) -> float:
    """Return the number by which images of an article are sorted."""
    return UNPLACED if place.at is None else place.at


def places_to_json(places: Places) -> dict[str, dict[str, dict[str, Any]]]:
    """Return places without empty ones."""
    data = {
        key: {number: content for number, place in numbers.items() if (content := _content(place))}
        for key, numbers in places.items()
    }
    return {key: numbers for key, numbers in data.items() if numbers}


def places_from_json(data: Any) -> dict[str, dict[str, Place]]:
    """Return the valid places in JSON of any kind."""
    places = {
        key: {
            number: place
            for number, content in _mapping(numbers).items()
            if (place := _place(content)) != Place()
        }
        for key, numbers in _mapping(data).items()
    }
    return {key: numbers for key, numbers in places.items() if numbers}


def collections_to_json(collections: Mapping[str, float]) -> dict[str, float]:
    """Return positions by collection, whole numbers as such."""
    return {name: int(at) if at == int(at) else at for name, at in collections.items()}


def collections_from_json(data: Any) -> dict[str, float]:
    """Return the valid positions in JSON of any kind."""
    positions = {name: _position(at) for name, at in _mapping(data).items()}
    return {name: at for name, at in positions.items() if at is not None}


def _content(place: Place) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if place.at is not None:
        content["at"] = int(place.at) if place.at == int(place.at) else place.at
    if place.role:
        content["role"] = place.role
    return content


def _place(content: Any) -> Place:
    at: Any = _mapping(content).get("at")
    role: Any = _mapping(content).get("role")
    return Place(_position(at), role if isinstance(role, str) else "")


def _position(at: Any) -> float | None:
    is_number = isinstance(at, int | float) and not isinstance(at, bool)
    # NaN is not within any bounds.
    return float(at) if is_number and -MAX_AT <= at <= MAX_AT else None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
