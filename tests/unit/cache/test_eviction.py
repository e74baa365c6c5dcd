"""Pruning of the rendition cache: order of removal, and when it begins."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from huimages_app.cache.renditions import Pruned, RenditionCache, Usage
from huimages_app.domain.formats import JPEG
from huimages_app.domain.ids import image_id
from huimages_app.domain.sizes import Size
from huimages_app.errors import ServerBusy

SIZE = Size.parse("240x160")
IDS = [image_id(b"%d" % number) for number in range(20)]
LONG_AGO = 1_600_000_000


Make = Callable[..., RenditionCache]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    caches = []

    def make(max_bytes: int = 0) -> RenditionCache:
        cache = RenditionCache(tmp_path / "cache", tmp_path / "scratch", max_bytes)
        caches.append(cache)
        return cache

    yield make
    for cache in caches:
        cache.close()


def fill(
    cache: RenditionCache, identifier: str, size: Size | str = SIZE, *, used: float | None = None
) -> Path:
    """Store a rendition of 100 bytes, last used at `used`; return its path."""
    with cache.pending(identifier, size, JPEG) as pending:
        os.write(pending.descriptor, b"x" * 100)
        published = pending.publish()
    assert published is not None
    if used is not None:
        os.utime(published.path, (used, LONG_AGO))
    return published.path


def there(cache: RenditionCache) -> list[int]:
    return [number for number, each in enumerate(IDS) if cache.path(each, SIZE, JPEG).exists()]


def test_usage_sums_files_and_bytes(make: Make) -> None:
    cache = make()
    assert cache.usage() == Usage(0, 0)
    fill(cache, IDS[0])
    fill(cache, IDS[0], "~480")
    fill(cache, IDS[1])
    assert cache.usage() == Usage(3, 300)


@pytest.mark.parametrize("apart", [1, 20, 3600])  # seconds
def test_prune_removes_least_recently_used_first(make: Make, apart: int) -> None:
    cache = make()
    for place, number in enumerate([5, 3, 9, 0, 7, 1, 8, 2, 6, 4]):
        fill(cache, IDS[number], used=LONG_AGO + apart * place)
    freed: list[int] = []
    assert cache.prune(450, progress=freed.append) == Pruned(6, 600)
    assert freed == [100] * 6
    assert there(cache) == [2, 4, 6, 8]
    assert cache.usage() == Usage(4, 400)


def test_time_of_use_is_the_later_of_access_and_creation(make: Make) -> None:
    cache = make()
    made_late = fill(cache, IDS[0])
    os.utime(made_late, (LONG_AGO, LONG_AGO + 500))
    fill(cache, IDS[1], used=LONG_AGO + 400)
    fill(cache, IDS[2], used=LONG_AGO + 600)
    cache.prune(200)
    assert there(cache) == [0, 2]


def test_prune_keeps_a_rendition_that_was_hit(make: Make) -> None:
    cache = make()
    for number in range(4):
        fill(cache, IDS[number], used=LONG_AGO + number)
    cache.find(IDS[0], SIZE, JPEG)
    cache.prune(200)
    assert there(cache) == [0, 3]


def test_prune_removes_previews_last(make: Make) -> None:
    cache = make()
    old = fill(cache, IDS[0], "~1600", used=LONG_AGO)
    older = fill(cache, IDS[1], "~1600", used=LONG_AGO - 10)
    fill(cache, IDS[2])
    cache.prune(200)
    assert there(cache) == []
    assert old.exists()
    assert older.exists()
    cache.prune(100)
    assert old.exists()
    assert not older.exists()


def test_prune_below_the_limit_removes_nothing(make: Make) -> None:
    cache = make(max_bytes=1000)
    fill(cache, IDS[0])
    cache.close()
    assert cache.prune() == Pruned(0, 0)
    assert cache.prune(100) == Pruned(0, 0)
    assert make(max_bytes=0).prune() == Pruned(0, 0)
    assert cache.prune(0) == Pruned(1, 100)


def test_prune_removes_empty_files_and_old_empty_folders(make: Make) -> None:
    cache = make()
    damaged, empty, fresh = (cache.path(IDS[number], SIZE, JPEG) for number in range(3))
    for path in (damaged, empty, fresh):
        path.parent.mkdir(parents=True)
    damaged.write_bytes(b"")
    os.utime(empty.parent, (LONG_AGO, LONG_AGO))
    assert cache.usage() == Usage(0, 0)
    assert not damaged.exists()
    assert not empty.parent.exists()
    assert fresh.parent.exists()


def test_publishing_beyond_the_limit_prunes(make: Make) -> None:
    cache = make(max_bytes=1000)
    for number in range(10):
        fill(cache, IDS[number], used=LONG_AGO + number)
        cache.close()
    assert there(cache) == list(range(10))
    fill(cache, IDS[10])
    cache.close()
    assert there(cache) == list(range(2, 11))


def test_count_includes_files_of_other_processes(make: Make) -> None:
    one, other = make(max_bytes=1000), make(max_bytes=1000)
    for number in range(11):
        cache = one if number % 2 else other
        fill(cache, IDS[number], used=LONG_AGO + number)
        cache.close()
    assert there(one) == list(range(2, 11))


def test_count_follows_removals(make: Make) -> None:
    cache = make(max_bytes=1000)
    for number in range(10):
        fill(cache, IDS[number], used=LONG_AGO + number)
        cache.close()
    for number in range(5):
        cache.remove(IDS[number])
    for number in range(10, 15):
        fill(cache, IDS[number])
    cache.close()
    assert there(cache) == list(range(5, 15))


def test_count_includes_the_mark_of_an_image(make: Make) -> None:
    cache = make(10_000)
    cache.prune()  # begins the count
    for size in ("240x160", "60x40"):
        with cache.pending(IDS[0], Size.parse(size), JPEG) as pending:
            os.write(pending.descriptor, b"x" * 100)
            pending.publish("mark")
    assert cache.counted() == cache.usage() == Usage(3, 201)
    cache.remove(IDS[0])
    assert cache.counted() == cache.usage() == Usage(0, 0)


def test_count_is_renewed_after_a_boot(make: Make, tmp_path: Path) -> None:
    cache = make(max_bytes=1000)
    for number in range(8):
        fill(cache, IDS[number], used=LONG_AGO + number)
        cache.close()
    counter = tmp_path / "scratch" / "count"
    counter.write_bytes(counter.read_bytes()[:16] + b"another start of the machine".ljust(36))
    damaged = cache.path(IDS[19], SIZE, JPEG)
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"")
    fill(cache, IDS[8])
    cache.close()
    assert not damaged.exists()
    fill(cache, IDS[9])
    fill(cache, IDS[10])
    cache.close()
    assert there(cache) == list(range(2, 11))


def test_prune_during_another_raises_server_busy(make: Make, tmp_path: Path) -> None:
    cache = make(max_bytes=150)
    with (tmp_path / "scratch" / "pruning").open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ServerBusy):
            cache.prune(0)
        fill(cache, IDS[0], used=LONG_AGO)
        fill(cache, IDS[1], used=LONG_AGO)
        cache.close()
        assert there(cache) == [0, 1]
    fill(cache, IDS[2])
    cache.close()
    assert there(cache) == [2]


def test_count_that_cannot_be_stored_is_logged(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = make(max_bytes=150)
    (tmp_path / "scratch" / "count").mkdir()
    fill(cache, IDS[0])
    assert there(cache) == [0]
    assert "operation=count" in caplog.text


def test_failed_prune_is_logged(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = make(max_bytes=150)
    (tmp_path / "scratch" / "pruning").mkdir()
    fill(cache, IDS[0])
    cache.close()
    assert "operation=prune" in caplog.text
