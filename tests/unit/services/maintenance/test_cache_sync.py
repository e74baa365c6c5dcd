"""Two nodes with caches of their own on one metadata store."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huimages_app.cache.renditions import RenditionCache
from huimages_app.domain.formats import JPEG
from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Changes, Image
from huimages_app.domain.rights import Rights
from huimages_app.domain.sizes import Size
from huimages_app.errors import StorageUnavailable
from huimages_app.services.maintenance.cache_sync import CacheInvalidator
from huimages_app.storage.sqlite import SqliteBackend
from huimages_app.storage.sqlite.search import SqliteSearch
from tests.support.waiting import wait_until

IDS = [image_id(bytes([number])) for number in range(3)]
SIZE = Size.parse("75x75!")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def metadata(tmp_path: Path) -> Iterator[SqliteBackend]:
    store = SqliteBackend(tmp_path / "metadata.sqlite")
    for id_ in IDS:
        store.images.save(id_, lambda _, id_=id_: Image(id_, NOW, NOW, 10, 10))
    yield store
    store.close()


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[RenditionCache]:
    cache = RenditionCache(tmp_path / "cache", tmp_path / "scratch", 0)
    for id_ in IDS:
        with cache.pending(id_, SIZE, JPEG) as pending:
            os.write(pending.descriptor, b"picture")
            pending.publish()
    yield cache
    cache.close()


def cached(cache: RenditionCache) -> list[str]:
    return [id_ for id_ in IDS if cache.find(id_, SIZE, JPEG)]


def trash(metadata: SqliteBackend, id_: str) -> None:
    metadata.images.update(id_, lambda image: replace(image, trashed=NOW))


def test_image_trashed_or_removed_on_another_node_leaves_the_cache(
    metadata: SqliteBackend, cache: RenditionCache, tmp_path: Path
) -> None:
    invalidator = CacheInvalidator(metadata, cache, tmp_path / "checkpoint", interval=60)
    assert invalidator.catch_up() == 0
    trash(metadata, IDS[0])
    metadata.images.remove(IDS[1])
    assert invalidator.catch_up() == 2
    assert cached(cache) == [IDS[2]]
    assert invalidator.catch_up() == 0


def test_catch_up_continues_after_a_restart(
    metadata: SqliteBackend, cache: RenditionCache, tmp_path: Path
) -> None:
    CacheInvalidator(metadata, cache, tmp_path / "checkpoint", interval=60).catch_up()
    trash(metadata, IDS[0])
    assert CacheInvalidator(metadata, cache, tmp_path / "checkpoint", interval=60).catch_up() == 1


def test_invalid_checkpoint_removes_trashed_images_again(
    metadata: SqliteBackend, cache: RenditionCache, tmp_path: Path
) -> None:
    (tmp_path / "checkpoint").write_text("nonsense")
    trash(metadata, IDS[0])
    CacheInvalidator(metadata, cache, tmp_path / "checkpoint", interval=60).catch_up()
    assert cached(cache) == IDS[1:]


class FlakySearch(SqliteSearch):
    """Fails on the first call of `changes`."""

    failures = 1

    def changes(self, since: str = "", limit: int = 1000) -> Changes:
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable("still unavailable")
        return super().changes(since, limit)


class FlakyBackend(SqliteBackend):
    """Fails on the first call of `prepare`, then on the first call of `changes`."""

    failures = 1
    merged = 0

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.search = FlakySearch(self._connections)

    def merge_conflicts(self) -> int:
        self.merged += 1
        return 0

    def prepare(self) -> None:
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable("not available yet")


def test_invalidator_recovers_when_the_store_is_back(
    metadata: SqliteBackend,
    cache: RenditionCache,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    trash(metadata, IDS[0])
    flaky = FlakyBackend(tmp_path / "metadata.sqlite")
    invalidator = CacheInvalidator(flaky, cache, tmp_path / "checkpoint", interval=0.01)
    invalidator.start()
    wait_until(lambda: cached(cache) == IDS[1:])
    trash(metadata, IDS[1])
    wait_until(lambda: cached(cache) == IDS[2:])
    invalidator.close()
    flaky.close()
    assert flaky.merged >= 2
    assert "not available yet" in caplog.text
    assert "still unavailable" in caplog.text


def test_close_before_start_succeeds(
    metadata: SqliteBackend, cache: RenditionCache, tmp_path: Path
) -> None:
    CacheInvalidator(metadata, cache, tmp_path / "checkpoint", interval=60).close()


def test_image_with_rights_changed_on_another_node_leaves_the_cache(
    metadata: SqliteBackend, cache: RenditionCache, tmp_path: Path
) -> None:
    invalidator = CacheInvalidator(metadata, cache, tmp_path / "checkpoint", interval=60)
    invalidator.catch_up()
    rights = Rights(creator="Ada")
    metadata.images.update(IDS[0], lambda image: replace(image, rights=rights))
    metadata.images.update(IDS[1], lambda image: replace(image, titles=("New",)))
    metadata.images.update(IDS[2], lambda image: replace(image, rights=Rights(licensor="Bob")))
    assert invalidator.catch_up() == 1
    assert cached(cache) == [IDS[1], IDS[2]]
    # A rendition made since then stays.
    with cache.pending(IDS[0], SIZE, JPEG) as pending:
        os.write(pending.descriptor, b"picture")
        pending.publish(rights.mark)
    metadata.images.update(IDS[0], lambda image: replace(image, titles=("New",)))
    assert invalidator.catch_up() == 0
    assert cached(cache) == IDS
