"""Faults of the cache disk: no request fails, each kind is logged once, and it heals."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.cache.renditions import RenditionCache
from huimages_app.domain.formats import JPEG
from huimages_app.domain.ids import image_id
from huimages_app.domain.sizes import Size
from huimages_app.errors import StorageUnavailable
from tests.support.privileges import no_more_descriptors, unprivileged_folder

ID = image_id(b"a picture")
OTHER = image_id(b"another picture")
SIZE = Size.parse("240x160")


@pytest.fixture
def folder() -> Iterator[Path]:
    with unprivileged_folder() as folder:
        yield folder


@pytest.fixture
def cache(folder: Path) -> Iterator[RenditionCache]:
    cache = RenditionCache(folder / "cache", folder / "scratch", max_bytes=0)
    yield cache
    cache.close()


def request(cache: RenditionCache, identifier: str = ID) -> bool:
    """Request a rendition as the services do; return whether it is in the cache afterwards."""
    if file := cache.open(identifier, SIZE, JPEG):
        with file:
            assert file.read() == b"picture"
        return True
    with cache.lock(f"{identifier}/{SIZE}"), cache.pending(identifier, SIZE, JPEG) as pending:
        os.write(pending.descriptor, b"picture")
        published = pending.publish()
        with pending.opened() as file:
            assert file.read() == b"picture"
    return published is not None


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


def test_unreadable_file_is_replaced_by_a_new_rendition(
    cache: RenditionCache, caplog: pytest.LogCaptureFixture
) -> None:
    request(cache)
    cache.path(ID, SIZE, JPEG).chmod(0)
    assert request(cache)
    assert cache.find(ID, SIZE, JPEG) is not None
    assert len(errors(caplog)) == 1


def test_file_that_fails_to_be_read_is_a_miss(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = RenditionCache(tmp_path / "cache", tmp_path / "scratch", max_bytes=0)
    request(cache)
    path = cache.path(ID, SIZE, JPEG)
    path.unlink()
    path.symlink_to("/proc/self/mem")  # opens, and raises EIO when it is read
    assert cache.open(ID, SIZE, JPEG) is None
    assert request(cache)
    assert cache.find(ID, SIZE, JPEG) is not None
    assert "Input/output error" in errors(caplog)[0]


def test_folder_in_the_place_of_a_file_serves_uncached(
    cache: RenditionCache, caplog: pytest.LogCaptureFixture
) -> None:
    cache.path(ID, SIZE, JPEG).mkdir(parents=True)
    for _ in range(5):
        assert not request(cache)
        assert request(cache, OTHER)
    assert len(errors(caplog)) == 2  # read and write, once each
    cache.path(ID, SIZE, JPEG).rmdir()
    assert request(cache)


def test_folder_in_the_place_of_a_file_does_not_stop_pruning_nor_removing(
    cache: RenditionCache,
) -> None:
    request(cache, OTHER)
    (cache.path(ID, SIZE, JPEG) / "inside").mkdir(parents=True)
    assert cache.prune(0).files == 1
    cache.remove(ID)
    assert not cache.path(ID, SIZE, JPEG).parent.exists()


@pytest.mark.parametrize("name", ["cache", "scratch", "scratch/writing"])
def test_read_only_folder_serves_uncached_until_it_is_writable(
    cache: RenditionCache, folder: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.INFO)
    request(cache, OTHER)
    (folder / name).chmod(0o555)
    try:
        for _ in range(5):
            request(cache)
            assert request(cache, OTHER)  # a hit is a hit
    finally:
        (folder / name).chmod(0o755)
    assert len(errors(caplog)) <= 1
    assert request(cache)
    assert cache.find(ID, SIZE, JPEG) is not None


def test_old_hit_on_a_file_of_another_user_is_served(
    cache: RenditionCache, caplog: pytest.LogCaptureFixture
) -> None:
    path = cache.path(ID, SIZE, JPEG)
    path.parent.mkdir(parents=True)
    path.symlink_to("/etc/passwd")  # readable, and its times belong to root
    file = cache.open(ID, SIZE, JPEG)
    assert file is not None
    file.close()


@pytest.mark.parametrize("names", [["cache"], ["scratch"], ["cache", "scratch"]])
def test_removed_folder_is_made_again(
    cache: RenditionCache, folder: Path, names: list[str]
) -> None:
    request(cache)
    for name in names:
        shutil.rmtree(folder / name)
    request(cache)
    assert request(cache)
    assert cache.find(ID, SIZE, JPEG) is not None
    cache.remove(ID)
    assert cache.find(ID, SIZE, JPEG) is None


def test_exhausted_descriptors_raise_storage_unavailable_until_some_are_free(
    cache: RenditionCache, caplog: pytest.LogCaptureFixture
) -> None:
    request(cache, OTHER)
    with no_more_descriptors():
        assert cache.open(OTHER, SIZE, JPEG) is None
        for _ in range(3):
            with pytest.raises(StorageUnavailable, match="Too many open files"):
                request(cache)
    assert request(cache)
    assert len(errors(caplog)) <= 3  # read, lock, write


def test_image_is_removed_without_the_scratch_folder(cache: RenditionCache, folder: Path) -> None:
    request(cache)
    shutil.rmtree(folder / "scratch")
    cache.remove(ID)
    assert cache.find(ID, SIZE, JPEG) is None


def test_removal_raises_only_if_renditions_stay(cache: RenditionCache, folder: Path) -> None:
    request(cache)
    image_folder = cache.path(ID, SIZE, JPEG).parent
    image_folder.parent.chmod(0o555)
    image_folder.chmod(0o555)
    with pytest.raises(StorageUnavailable, match="can't be removed"):
        cache.remove(ID)
    cache.remove(OTHER)
    image_folder.parent.chmod(0o755)
    image_folder.chmod(0o755)
    cache.remove(ID)
    assert cache.find(ID, SIZE, JPEG) is None
    (folder / "cache").rename(folder / "moved")
    (folder / "cache").touch()
    cache.remove(ID)  # a file instead of the cache folder: nothing is served
