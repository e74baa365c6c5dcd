"""Numbered images for the contract suites, and helpers that read and change a backend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Annotation, Image, Page, Query
from huimages_app.storage.interfaces import MetadataBackend

START = datetime(2009, 4, 1, 12, 0, 0, 123456, tzinfo=UTC)


def an_id(number: int) -> str:
    return image_id(b"%d" % number)


def an_image(number: int, **fields: Any) -> Image:
    """Return image `number`, created that many seconds after START."""
    created = START + timedelta(seconds=number)
    return replace(Image(an_id(number), created, created, width=640, height=480), **fields)


# It is also in the data that former versions have left: `tests/upgrades`.
FULL = an_image(
    1,
    titles=("Möwe", "Möwe am Strand"),
    alt="A gull",
    references={"artnr": ("10106/02", "10107")},
    types=("product",),
    filename="gull.jpeg",
    length=4711,
    contenttype="image/jpeg",
    sha256="0" * 64,
    focus=(0.25, 0.75),
    placeholder="#aabbcc",
)


def put(store: MetadataBackend, image: Image, **annotation: Any) -> str:
    """Save an image, and an annotation of the visitor "vera"; return its ID."""
    store.images.save(image.id, lambda _: image)
    if annotation:
        annotate(store, image.id, "vera", **annotation)
    return image.id


def fill(store: MetadataBackend, numbers: Iterable[int], **fields: Any) -> list[str]:
    return [put(store, an_image(number, **fields)) for number in numbers]


def change(store: MetadataBackend, image_id: str, **fields: Any) -> Image:
    return store.images.update(image_id, lambda image: replace(image, **fields))


def annotate(
    store: MetadataBackend, image_id: str, visitor_id: str, **annotation: Any
) -> Annotation:
    return store.annotations.save(image_id, visitor_id, lambda old: replace(old, **annotation))


def ids_of(page: Page) -> list[str]:
    return [image.id for image in page.images]


def walk(store: MetadataBackend, query: Query, limit: int = 3) -> list[str]:
    """Return the IDs of all results, read from the first page to the last."""
    page = store.search.page(query, limit)
    assert page.previous is None
    found = ids_of(page)
    while page.next:
        page = store.search.page(query, limit, page.next)
        assert len(page.images) <= limit
        found += ids_of(page)
    return found


def walk_back(store: MetadataBackend, query: Query, limit: int = 3) -> list[str]:
    """Return the same, in the same order, read from the last page to the first."""
    page = store.search.page(query, limit)
    while page.next:
        page = store.search.page(query, limit, page.next)
    found = ids_of(page)
    while page.previous:
        page = store.search.page(query, limit, page.previous)
        assert len(page.images) <= limit
        found = ids_of(page) + found
    return found
