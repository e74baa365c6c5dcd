"""Articles: the images of one value of a reference key, in an order, with roles.

Positions have gaps: an image that is moved gets a position between its new neighbours, and no
other record changes.  The first image in order is the main one.  The role `main` belongs to it
alone: an image that gets this role moves to the front, and loses the role when another image moves
before it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from urllib.parse import unquote

from .models import Image, Place, Places

MAIN = "main"
STEP = 10.0  # between the positions of neighbours
_LEAST_GAP = 1e-6  # smaller ones are removed by numbering all images of the article anew

ROLE = re.compile(r"[a-z][a-z0-9_-]{0,30}")


def arranged(images: Sequence[Image], key: str, number: str) -> dict[str, Place]:
    """Return the places, by ID, that must change so that the article is in this order.

    As few as possible change.  Images at the end may stay without a position.
    """
    places = [image.place(key, number) for image in images]
    placed = _count_before_unplaced(images, places)
    positions = _positions([place.at for place in places[:placed]])
    changed = {}
    for index, (image, place) in enumerate(zip(images, places, strict=True)):
        at = positions[index] if index < placed else place.at
        role = "" if place.role == MAIN and index else place.role
        if (new := Place(at, role)) != place:
            changed[image.id] = new
    return changed


def with_role(
    images: Sequence[Image], key: str, number: str, image_id: str, role: str
) -> dict[str, Place]:
    """Return the places, by ID, that must change so that one image of the article has a role."""
    image = next(image for image in images if image.id == image_id)
    changed = {}
    if role == MAIN:
        front = [image, *(other for other in images if other.id != image_id)]
        changed = arranged(front, key, number)
    new = replace(changed.get(image_id) or image.place(key, number), role=role)
    return changed | ({image_id: new} if new != image.place(key, number) else {})


def with_place(image: Image, key: str, number: str, place: Place) -> Image:
    """Return the image with another place in one article."""
    numbers = {**image.places.get(key, {}), number: place}
    return replace(image, places=pruned({**image.places, key: numbers}, image.references))


def pruned(places: Places, references: Mapping[str, Sequence[str]]) -> Places:
    """Return the places in articles that are among the references, without empty places."""
    kept = {
        key: {
            number: place
            for number, place in numbers.items()
            if place != Place() and number in references.get(key, ())
        }
        for key, numbers in places.items()
    }
    return {key: numbers for key, numbers in kept.items() if numbers}


def to_segment(number: str) -> str:
    """Return an article number as a segment of a path, which is still to be quoted once.

    A slash in a path divides segments even if it is quoted, so it is quoted twice: `%252F`.
    Pyramid takes a name that begins with @@ for a view, and browsers remove `.` and `..`.
    """
    segment = number.replace("%", "%25").replace("/", "%2F").replace("\\", "%5C")
    if segment.startswith("@@"):
        return segment.replace("@", "%40")
    return segment.replace(".", "%2E") if segment in {".", ".."} else segment


def from_segment(segment: str) -> str:
    """Return the article number of a segment of a path."""
    return unquote(segment)


def _count_before_unplaced(images: Sequence[Image], places: Sequence[Place]) -> int:
    """Return how many images need a position: all but those last that are sorted without one."""
    count = len(images)
    while count and places[count - 1].at is None:
        if count < len(images) and images[count - 1].created >= images[count].created:
            break
        count -= 1
    return count


def _positions(present: Sequence[float | None]) -> list[float]:
    """Return ascending positions that keep as many of the present ones as possible."""
    kept = _longest_ascending(present)
    positions = [STEP * (index + 1) for index in range(len(present))]
    bounds = [-1, *kept, len(present)]
    for before, after in pairwise(bounds):
        low = present[before] if before >= 0 else None
        high = present[after] if after < len(present) else None
        for index in range(before + 1, after):
            positions[index] = _between(low, high, index - before, after - before)
        if after < len(present) and high is not None:
            positions[after] = high
    if any(after - before < _LEAST_GAP for before, after in pairwise(positions)):
        return [STEP * (index + 1) for index in range(len(present))]
    return positions


def _between(low: float | None, high: float | None, step: int, steps: int) -> float:
    """Return position number `step` of `steps - 1` between two; None is an open end."""
    if low is None:
        return STEP * step if high is None else high - STEP * (steps - step)
    if high is None:
        return low + STEP * step
    exact = low + (high - low) * step / steps
    return float(int(exact)) if (high - low) / steps > 1 and low == int(low) else exact


def _longest_ascending(values: Sequence[float | None]) -> list[int]:
    """Return the indexes of a longest strictly ascending part of the values that are not None."""
    ends: list[int] = []  # of the best part of each length
    previous: dict[int, int | None] = {}
    for index, value in enumerate(values):
        if value is None:
            continue
        length = bisect_left(ends, value, key=lambda end: values[end] or 0.0)
        previous[index] = ends[length - 1] if length else None
        ends[length : length + 1] = [index]
    chain: list[int] = []
    index_or_none = ends[-1] if ends else None
    while index_or_none is not None:
        chain.append(index_or_none)
        index_or_none = previous[index_or_none]
    return chain[::-1]
