"""Comparing images that appear: two uploads at once, and a store that fails."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.errors import StorageUnavailable
from huimages_app.services.matched_images import MatchedImages
from huimages_app.storage.sqlite import SqliteBackend
from tests.contract.samples import START, an_id, an_image, change, put

HASH = "7d1f03a58b6e92c4"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteBackend]:
    backend = SqliteBackend(tmp_path / "metadata.sqlite")
    backend.images = MatchedImages(backend.images, backend.search)
    yield backend
    backend.close()


def alike(store: SqliteBackend, number: int) -> tuple[str, ...]:
    return store.images.get(an_id(number)).alike


def test_each_pair_is_in_the_record_of_the_later_image(store: SqliteBackend) -> None:
    for number in (1, 2, 3):
        put(store, an_image(number, phash=HASH))
    assert [alike(store, number) for number in (1, 2, 3)] == [(), (an_id(1),), (an_id(1), an_id(2))]


def test_image_that_disappears_leaves_the_records_of_others(store: SqliteBackend) -> None:
    for number in (1, 2, 3, 4):
        put(store, an_image(number, phash=HASH))
    change(store, an_id(1), trashed=START)
    store.images.remove(an_id(2))
    change(store, an_id(3), replaced_by=an_id(4))
    assert alike(store, 4) == ()


def test_image_that_appears_again_is_compared_again(store: SqliteBackend) -> None:
    for number in (1, 2):
        put(store, an_image(number, phash=HASH))
    change(store, an_id(1), trashed=START)
    change(store, an_id(1), trashed=None)
    assert (alike(store, 1), alike(store, 2)) == ((an_id(2),), ())


def test_image_that_gets_a_hash_is_compared(store: SqliteBackend) -> None:
    put(store, an_image(1))
    put(store, an_image(2, phash=HASH))
    change(store, an_id(1), phash=HASH)
    assert alike(store, 1) == (an_id(2),)


def test_pair_that_was_dismissed_is_not_found_again(store: SqliteBackend) -> None:
    put(store, an_image(1, phash=HASH, unlike=(an_id(2),)))
    put(store, an_image(2, phash=HASH))
    assert alike(store, 2) == ()


def test_write_is_stored_although_the_comparison_fails(
    store: SqliteBackend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(phash: str, limit: int) -> None:
        raise StorageUnavailable("the views are not built yet")

    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(store.search, "alike", fail)
    put(store, an_image(1, phash=HASH))
    assert store.images.get(an_id(1)).phash == HASH
    assert f"similar images not compared: image={an_id(1)}" in caplog.text
    monkeypatch.undo()
    put(store, an_image(2, phash=HASH))
    monkeypatch.setattr(store.search, "alike", fail)
    store.images.remove(an_id(2))
    assert list(store.images.ids()) == [an_id(1)]
