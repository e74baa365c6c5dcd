"""The rendition cache: finding, filling, removing, starting."""

from __future__ import annotations

import os
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from huimages_app.cache.renditions import RenditionCache
from huimages_app.domain.formats import JPEG, WEBP
from huimages_app.domain.ids import image_id
from huimages_app.domain.sizes import Size
from huimages_app.errors import BadSetting

ID = image_id(b"a picture")
SIZE = Size.parse("240x160")


def fill(
    cache: RenditionCache,
    identifier: str = ID,
    size: Size | str = SIZE,
    content: bytes = b"picture",
) -> Path | None:
    with cache.pending(identifier, size, JPEG) as pending:
        os.write(pending.descriptor, content)
        published = pending.publish()
    return published.path if published else None


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# -- finding and filling --------------------------------------------------------------------


def test_path_follows_from_the_url(cache: RenditionCache, root: Path) -> None:
    assert cache.path(ID, SIZE, JPEG) == root / ID[:2] / ID / "240x160.jpeg"
    size = Size.parse("75x75!30,70@2x")
    assert cache.path(ID, size, WEBP) == root / ID[:2] / ID / "75x75!30,70@2x.webp"


def test_published_rendition_is_found(cache: RenditionCache) -> None:
    assert cache.find(ID, SIZE, JPEG) is None
    path = fill(cache)
    assert path == cache.find(ID, SIZE, JPEG) == cache.path(ID, SIZE, JPEG)
    assert path.read_bytes() == b"picture"
    assert cache.find(ID, SIZE, WEBP) is None
    assert cache.find(ID, Size.parse("240x161"), JPEG) is None


def test_pending_rendition_is_not_found(cache: RenditionCache, root: Path, scratch: Path) -> None:
    with cache.pending(ID, SIZE, JPEG) as pending:
        os.write(pending.descriptor, b"half a pict")
        assert everything(root) == [ID[:2], f"{ID[:2]}/{ID}"]
        assert cache.find(ID, SIZE, JPEG) is None
    assert cache.find(ID, SIZE, JPEG) is None
    assert everything(root) == [ID[:2]]
    assert everything(scratch / "writing") == []


def test_failed_rendition_leaves_no_file(cache: RenditionCache, root: Path, scratch: Path) -> None:
    def fail() -> None:
        with cache.pending(ID, SIZE, JPEG) as pending:
            os.write(pending.descriptor, b"half a pict")
            raise RuntimeError("the original is damaged")

    with pytest.raises(RuntimeError):
        fail()
    assert everything(root) == [ID[:2]]
    assert everything(scratch / "writing") == []


def test_failed_rendition_leaves_no_folder_for_its_image(cache: RenditionCache, root: Path) -> None:
    with cache.pending(ID, SIZE, JPEG):
        pass
    assert not (root / ID[:2] / ID).exists()
    fill(cache)
    with cache.pending(ID, "~480", JPEG):
        pass
    assert cache.find(ID, SIZE, JPEG) is not None


def test_failed_rendition_does_not_remove_the_folder_of_a_pending_one(
    cache: RenditionCache,
) -> None:
    with cache.pending(ID, SIZE, JPEG) as pending:
        os.write(pending.descriptor, b"picture")
        with cache.pending(ID, "~480", JPEG):
            pass
        assert pending.publish() is not None
    assert cache.find(ID, SIZE, JPEG) is not None


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_files_are_readable_by_everyone(cache: RenditionCache, root: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        path = fill(cache)
    finally:
        os.umask(before)
    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755
    assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o755


def test_mtime_is_in_whole_seconds(cache: RenditionCache) -> None:
    path = fill(cache)
    assert path is not None
    assert path.stat().st_mtime == int(path.stat().st_mtime)
    assert abs(path.stat().st_mtime - time.time()) < 3


def test_first_response_has_the_mtime_of_later_ones(cache: RenditionCache) -> None:
    with cache.pending(ID, SIZE, JPEG) as pending:
        os.write(pending.descriptor, b"picture")
        published = pending.publish()
    assert published is not None
    assert published.modified == published.path.stat().st_mtime


def test_hit_renews_the_time_of_use_once_a_day(cache: RenditionCache) -> None:
    path = fill(cache)
    assert path is not None
    used, made = time.time() - 25 * 3600, 1_500_000_000
    os.utime(path, (used, made))
    cache.find(ID, SIZE, JPEG)
    assert path.stat().st_mtime == made
    assert abs(path.stat().st_atime - time.time()) < 3


def test_empty_file_is_a_miss(cache: RenditionCache) -> None:
    path = fill(cache)
    assert path is not None
    path.write_bytes(b"")
    assert cache.find(ID, SIZE, JPEG) is None


def test_count_excludes_previews(cache: RenditionCache) -> None:
    assert cache.count(ID) == 0
    fill(cache)
    fill(cache, size=Size.parse("75x75!"))
    fill(cache, size="~1600")
    assert cache.count(ID) == 2
    assert cache.find(ID, "~1600", JPEG) is not None


@pytest.mark.parametrize("content", [b"picture", bytes(range(256)) * 1000])
def test_pending_rendition_is_readable_after_publishing(
    cache: RenditionCache, content: bytes
) -> None:
    with cache.pending(ID, SIZE, JPEG) as pending:
        os.write(pending.descriptor, content)
        published = pending.publish()
        file = pending.opened()
    with file:
        assert file.read() == content
    assert published is not None
    assert published.path.read_bytes() == content


def test_pending_rendition_counts_published_files_of_the_image(cache: RenditionCache) -> None:
    with cache.pending(ID, SIZE, JPEG) as pending:
        assert (pending.is_published, pending.others) == (False, 0)
        os.write(pending.descriptor, b"picture")
        pending.publish(limited=True)
    fill(cache, size="~480")
    with cache.pending(ID, SIZE, JPEG) as pending:
        assert (pending.is_published, pending.others) == (True, 1)
    with cache.pending(ID, Size.parse("60x40"), JPEG) as pending:
        assert (pending.is_published, pending.others) == (False, 1)


# -- removing -------------------------------------------------------------------------------


def test_remove_deletes_all_files_of_an_image(
    cache: RenditionCache, root: Path, scratch: Path
) -> None:
    other = image_id(b"another one")
    fill(cache)
    fill(cache, size="~1600")
    fill(cache, other)
    cache.remove(ID)
    cache.remove(ID)
    assert cache.find(ID, SIZE, JPEG) is None
    assert not (root / ID[:2] / ID).exists()
    assert cache.find(other, SIZE, JPEG) is not None
    assert everything(scratch / "removed") == []


def test_rendition_begun_before_a_removal_never_appears(cache: RenditionCache, root: Path) -> None:
    with cache.pending(ID, SIZE, JPEG) as pending:
        os.write(pending.descriptor, b"picture")
        cache.remove(ID)
        assert pending.publish() is None
    assert cache.find(ID, SIZE, JPEG) is None
    assert everything(root) == [ID[:2]]


def test_rendition_begun_before_a_removal_does_not_replace_a_newer_one(
    cache: RenditionCache,
) -> None:
    with cache.pending(ID, SIZE, JPEG) as old:
        os.write(old.descriptor, b"old")
        cache.remove(ID)
        fill(cache, content=b"new")
        assert old.publish() is None
    path = cache.find(ID, SIZE, JPEG)
    assert path is not None
    assert path.read_bytes() == b"new"


@pytest.mark.slow
def test_concurrent_removals_and_renditions_leave_no_partial_files(
    cache: RenditionCache, root: Path, scratch: Path, caplog: pytest.LogCaptureFixture
) -> None:
    done = threading.Event()

    def fill_on(number: int) -> None:
        while not done.is_set():
            fill(cache, size=Size(number + 1, 10))

    with ThreadPoolExecutor(4) as pool:
        pending = [pool.submit(fill_on, number) for number in range(4)]
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            cache.remove(ID)
        done.set()
        for each in pending:
            each.result(10)
    cache.remove(ID)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert everything(root) == [ID[:2]]
    assert everything(scratch / "removed") == []
    assert everything(scratch / "writing") == []


# -- starting -------------------------------------------------------------------------------


def test_start_removes_files_of_killed_processes(
    cache: RenditionCache, root: Path, scratch: Path
) -> None:
    fill(cache)
    (root / ID[:2] / ID).rename(scratch / "removed" / "killed while removing")
    old, fresh = scratch / "writing" / "old.jpeg", scratch / "writing" / "fresh.jpeg"
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    RenditionCache(root, scratch, max_bytes=0)
    assert [path for path in scratch.rglob("*") if path.is_file()] == [fresh]
    assert everything(scratch / "removed") == []


def test_folders_on_two_disks_stop_the_start(tmp_path: Path) -> None:
    folders = [path for path in (Path("/dev/shm"), Path("/var/tmp")) if path.is_dir()]
    others = [path for path in folders if path.stat().st_dev != tmp_path.stat().st_dev]
    if not others:
        pytest.skip("there is no second filesystem in /dev/shm or /var/tmp")
    scratch = others[0] / f"huimages-test-{os.getpid()}"
    try:
        with pytest.raises(BadSetting, match="same filesystem"):
            RenditionCache(tmp_path / "cache", scratch, max_bytes=0)
    finally:
        for folder in (*scratch.iterdir(), scratch):
            folder.rmdir()
