"""One budget of memory for all decodings."""

from __future__ import annotations

import functools
import io
import threading
import time

import pytest

from huimages_app.domain import formats
from huimages_app.domain.sizes import Size
from huimages_app.errors import CorruptOriginal, NotAnImage, ServerBusy
from huimages_app.imaging import (
    DecodingBudget,
    Limits,
    Quality,
    RenditionTarget,
    inspect,
    make_previews,
    render,
)
from tests.support import pictures


def test_budget_is_free_again_after_use():
    budget = DecodingBudget(100)
    with budget.reserve(60):
        assert budget.in_use == 60
        with budget.reserve(40):
            assert budget.in_use == 100
    assert budget.in_use == 0


def test_budget_is_free_again_after_an_error():
    budget = DecodingBudget(100)
    with pytest.raises(KeyError), budget.reserve(60):
        raise KeyError
    assert budget.in_use == 0


def test_exhausted_budget_raises_server_busy_after_its_timeout():
    budget = DecodingBudget(100, timeout=0.05)
    with budget.reserve(60):
        started = time.monotonic()
        with pytest.raises(ServerBusy, match=r"within 0\.05 seconds"), budget.reserve(41):
            pass
        assert time.monotonic() - started >= 0.05
        with budget.reserve(40):
            pass


def test_budget_with_another_timeout_is_the_same_budget():
    budget = DecodingBudget(100)
    impatient = budget.with_timeout(0)
    with budget.reserve(60), pytest.raises(ServerBusy), impatient.reserve(60):
        pass
    with impatient.reserve(60):
        assert budget.in_use == 60


def test_request_larger_than_the_budget_waits_until_it_is_alone():
    budget = DecodingBudget(100, timeout=0)
    with budget.reserve(1), pytest.raises(ServerBusy), budget.reserve(1000):
        pass
    with budget.reserve(1000):
        assert budget.in_use == 100


def test_unlimited_budget_never_waits():
    budget = DecodingBudget(None, timeout=0)
    with budget.reserve(10**12), budget.reserve(10**12):
        assert budget.in_use == 2 * 10**12


def test_large_request_is_not_overtaken_by_small_ones():
    budget = DecodingBudget(100)
    order: list[str] = []

    def hold(name: str, size: int) -> None:
        with budget.reserve(size):
            order.append(name)

    with budget.reserve(50):
        large = threading.Thread(target=hold, args=("large", 100))
        large.start()
        time.sleep(0.05)
        small = threading.Thread(target=hold, args=("small", 10))
        small.start()
        time.sleep(0.05)
        assert order == []
    large.join(5)
    small.join(5)
    assert order == ["large", "small"]


def test_request_that_times_out_unblocks_the_next_one():
    budget = DecodingBudget(100)
    done = threading.Event()

    def give_up() -> None:
        with pytest.raises(ServerBusy), budget.with_timeout(0.2).reserve(100):
            pass

    def small() -> None:
        with budget.reserve(10):
            done.set()

    with budget.reserve(50):
        threads = [threading.Thread(target=give_up)]
        threads[0].start()
        time.sleep(0.05)
        threads.append(threading.Thread(target=small))
        threads[1].start()
        assert done.wait(5)
        for thread in threads:
            thread.join(5)


def test_threads_never_hold_more_than_the_budget():
    budget = DecodingBudget(100)
    highest: list[int] = []

    def work(size: int) -> None:
        for _ in range(50):
            with budget.reserve(size):
                highest.append(budget.in_use)

    threads = [threading.Thread(target=work, args=(size,)) for size in (10, 30, 50, 70, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(highest) == 300
    assert max(highest) <= 100
    assert budget.in_use == 0


# -- decodings ---------------------------------------------------------------------------

FORMATS = ["JPEG", "progressive", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"]


@functools.cache
def content_of(name: str) -> bytes:
    if name == "progressive":
        return pictures.photo(800, 600, progressive=True)
    return pictures.photo(800, 600, format=name)


def spent() -> DecodingBudget:
    """A budget that another decoding holds."""
    budget = DecodingBudget(10, timeout=0)
    budget._pool.acquire(10, None)
    return budget


@pytest.mark.parametrize("name", FORMATS)
def test_decoding_without_budget_raises_server_busy(name, tmp_path):
    content = content_of(name)
    with pytest.raises(ServerBusy):
        inspect(io.BytesIO(content), Limits(), spent())
    target = RenditionTarget(Size.parse("100x100"), formats.JPEG, tmp_path / "rendition")
    with pytest.raises(ServerBusy):
        render(io.BytesIO(content), target, Quality(), Limits(), budget=spent())


def test_previews_without_budget_raise_server_busy(tmp_path):
    with pytest.raises(ServerBusy):
        make_previews(io.BytesIO(content_of("PNG")), {480: tmp_path / "480"}, Limits(), spent())


@pytest.mark.parametrize("name", FORMATS)
def test_decoding_releases_its_budget(name):
    content = content_of(name)
    budget = DecodingBudget(10**9)
    inspect(io.BytesIO(content), Limits(), budget)
    with pytest.raises(NotAnImage):
        inspect(io.BytesIO(content[: len(content) // 2]), Limits(), budget)
    assert budget.in_use == 0


def test_header_is_checked_before_memory_is_reserved():
    with pytest.raises(NotAnImage):
        inspect(io.BytesIO(b"no picture at all"), Limits(), spent())
    broken = content_of("JPEG")[:2] + b"\xff\xd9"
    with pytest.raises(NotAnImage):
        inspect(io.BytesIO(broken), Limits(), spent())


class Recorded(DecodingBudget):
    """A budget that records the reserved bytes."""

    def __init__(self) -> None:
        super().__init__(None)
        self.asked: list[int] = []

    def reserve(self, size: int):
        self.asked.append(size)
        return super().reserve(size)


def bytes_per_pixel(content: bytes) -> float:
    budget = Recorded()
    inspection = inspect(io.BytesIO(content), Limits(), budget)
    return sum(budget.asked) / (inspection.width * inspection.height)


def test_baseline_jpeg_reserves_the_memory_of_its_decoded_size():
    # To half its sides, as its borders are measured in 400 pixels or more.
    assert bytes_per_pixel(content_of("JPEG")) < 1.3


@pytest.mark.parametrize("name", FORMATS[1:])
def test_other_formats_reserve_several_bytes_per_pixel(name):
    assert 5 <= bytes_per_pixel(content_of(name)) <= 14


def test_damaged_original_releases_its_budget(tmp_path):
    budget = DecodingBudget(10**9)
    target = RenditionTarget(Size.parse("100x100"), formats.JPEG, tmp_path / "rendition")
    content = content_of("PNG")[:5000]
    with pytest.raises(CorruptOriginal):
        render(io.BytesIO(content), target, Quality(), Limits(), budget=budget)
    assert budget.in_use == 0
