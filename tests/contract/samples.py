"""Images for the contract suites, made up and numbered, and ways to look at a store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Image, Mark, Page, Query
from huimages_app.storage.interfaces import Metadata

START = datetime(2009, 4, 1, 12, 0, 0, 123456, tzinfo=UTC)


def an_id(number: int) -> str:
    return image_id(b"%d" % number)


def an_image(number: int, **fields: Any) -> Image:
    """Image `number`, made that many seconds after the start."""
    created = START + timedelta(seconds=number)
    return replace(Image(an_id(number), created, created, width=640, height=480), **fields)


def put(store: Metadata, image: Image, **mark: Any) -> str:
    """Save an image, with what visitor "vera" says about it; returns its ID."""
    store.save(image.id, lambda _: image)
    if mark:
        say(store, image.id, "vera", **mark)
    return image.id


def fill(store: Metadata, numbers: Iterable[int], **fields: Any) -> list[str]:
    return [put(store, an_image(number, **fields)) for number in numbers]


def change(store: Metadata, image_id: str, **fields: Any) -> Image:
    return store.update(image_id, lambda image: replace(image, **fields))


def say(store: Metadata, image_id: str, visitor_id: str, **mark: Any) -> Mark:
    return store.save_mark(image_id, visitor_id, lambda old: replace(old, **mark))


def ids_of(page: Page) -> list[str]:
    return [image.id for image in page.images]


def walk(store: Metadata, query: Query, limit: int = 3) -> list[str]:
    """The IDs of a collection from its first page to its last."""
    page = store.page(query, limit)
    assert page.previous is None
    found = ids_of(page)
    while page.next:
        page = store.page(query, limit, page.next)
        assert len(page.images) <= limit
        found += ids_of(page)
    return found


def walk_back(store: Metadata, query: Query, limit: int = 3) -> list[str]:
    """The same from the last page to the first, in the collection's order still."""
    page = store.page(query, limit)
    while page.next:
        page = store.page(query, limit, page.next)
    found = ids_of(page)
    while page.previous:
        page = store.page(query, limit, page.previous)
        assert len(page.images) <= limit
        found = ids_of(page) + found
    return found
