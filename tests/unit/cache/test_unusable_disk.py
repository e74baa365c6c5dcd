"""The rendition cache while its disk is full, missing or unusable."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path

import pytest

from huimages_app.cache.pending import Published
from huimages_app.cache.renditions import RenditionCache
from huimages_app.domain.formats import JPEG
from huimages_app.domain.ids import image_id
from huimages_app.domain.sizes import Size
from huimages_app.errors import StorageUnavailable

ID = image_id(b"a picture")
SIZE = Size.parse("240x160")


def fill(cache: RenditionCache) -> Published | None:
    with cache.pending(ID, SIZE, JPEG) as pending:
        os.write(pending.descriptor, b"picture")
        return pending.publish()


def rendered_uncached(cache: RenditionCache) -> bytes:
    with cache.lock("key"), cache.pending(ID, SIZE, JPEG) as pending:
        os.write(pending.descriptor, b"picture")
        assert pending.publish() is None
        with pending.opened() as file:
            return file.read()


def test_full_disk_serves_uncached(
    root: Path, scratch: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = RenditionCache(root, scratch, max_bytes=0, reserve=1 << 60)
    assert rendered_uncached(cache) == b"picture"
    assert rendered_uncached(cache) == b"picture"
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert os.strerror(errno.ENOSPC) in caplog.text
    cache.close()


def test_full_disk_is_pruned(cache: RenditionCache, root: Path, scratch: Path) -> None:
    fill(cache)
    full = RenditionCache(root, scratch, max_bytes=10**9, reserve=1 << 60)
    assert rendered_uncached(full) == b"picture"
    full.close()
    assert cache.find(ID, SIZE, JPEG) is None


def test_disk_that_fills_up_while_writing_serves_uncached(cache: RenditionCache) -> None:
    with pytest.raises(StorageUnavailable, match="No space left"), cache.pending(ID, SIZE, JPEG):
        Path("/dev/full").write_bytes(b"picture")
    with pytest.raises(NotADirectoryError), cache.pending(ID, SIZE, JPEG):
        Path("/dev/full/nowhere").write_bytes(b"picture")


def test_missing_folders_serve_uncached(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no folder")
    cache = RenditionCache(tmp_path / "file" / "cache", tmp_path / "file" / "scratch", 10**9)
    assert cache.find(ID, SIZE, JPEG) is None
    assert cache.count(ID) == 0
    assert rendered_uncached(cache) == b"picture"
    assert rendered_uncached(cache) == b"picture"
    assert len(caplog.records) == 4  # start, read, lock, write
    cache.remove(ID)
    with pytest.raises(StorageUnavailable):
        cache.usage()
    with pytest.raises(StorageUnavailable):
        cache.prune(0)


def test_recovery_of_the_disk_is_logged(
    cache: RenditionCache, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    root.rename(root.with_name("elsewhere"))
    root.write_text("no folder")
    assert rendered_uncached(cache) == b"picture"
    root.unlink()
    root.with_name("elsewhere").rename(root)
    assert fill(cache) is not None
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]


def test_rendition_that_cannot_be_published_is_served_uncached(
    cache: RenditionCache, caplog: pytest.LogCaptureFixture
) -> None:
    cache.path(ID, SIZE, JPEG).mkdir(parents=True)
    assert rendered_uncached(cache) == b"picture"
    assert "operation=write" in caplog.text
