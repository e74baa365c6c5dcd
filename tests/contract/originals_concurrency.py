"""Contract of originals used by many threads and processes, some of which are killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.errors import IdCollision, UnknownImage
from huimages_app.storage.interfaces import Originals

from .originals_samples import COLLIDING, INFO, Make, read, stored

Spawn = multiprocessing.context.SpawnContext


class Stalling(BytesIO):
    """A file whose first half can be read; then the file `arrived` appears and reading blocks."""

    def __init__(self, content: bytes, arrived: Path) -> None:
        super().__init__(content)
        self._middle = len(content) // 2
        self._arrived = arrived

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= self._middle:
            self._arrived.touch()
            time.sleep(60)
        return super().read(min(size, self._middle) if size and size > 0 else self._middle)


def put_stalling(make: Make, content: bytes, arrived: Path) -> None:
    make().put(image_id(content), Stalling(content, arrived), INFO)


def put_for_ever(make: Make, content: bytes, started: Path) -> None:
    store = make()
    identifier = image_id(content)
    started.touch()
    while True:
        store.put(identifier, BytesIO(content), INFO)
        store.delete(identifier)


def read_on_both_sides(make: Make, identifier: str) -> None:
    """Use one store before a fork, and in both processes after it."""
    store = make()
    read(store, identifier)
    child = os.fork()
    read(store, identifier)
    if not child:
        store.close()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0
    read(store, identifier)


def put_all(make: Make, contents: list[bytes]) -> int:
    """Put the contents one after the other; return how many were new."""
    store = make()
    return sum(store.put(image_id(each), BytesIO(each), INFO) for each in contents)


def appears(path: Path, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} did not appear"
        time.sleep(0.01)


class OriginalsConcurrencyContract:
    @pytest.fixture
    def processes(self) -> Iterator[Spawn]:
        """Start processes that share nothing with this one, as other servers do."""
        yield multiprocessing.get_context("spawn")
        for process in multiprocessing.active_children():
            process.kill()
            process.join()

    def test_concurrent_puts_of_colliding_bytes_store_one(self, originals: Originals) -> None:
        identifier = image_id(COLLIDING[0])

        def put(content: bytes) -> bytes | None:
            try:
                originals.put(identifier, BytesIO(content), INFO)
            except IdCollision:
                return None
            return content

        with ThreadPoolExecutor(8) as pool:
            winners = set(pool.map(put, COLLIDING * 8)) - {None}
        assert len(winners) == 1
        assert read(originals, identifier) == winners.pop()

    def test_concurrent_puts_in_threads_report_one_as_new(self, originals: Originals) -> None:
        content = os.urandom(300_000)
        identifier = image_id(content)
        together = threading.Barrier(8)

        def put(_: int) -> bool:
            together.wait(10)
            return originals.put(identifier, BytesIO(content), INFO)

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(put, range(8))) == [False] * 7 + [True]
        assert read(originals, identifier) == content

    def test_concurrent_readers_see_all_bytes_or_none(self, originals: Originals) -> None:
        content = os.urandom(1_000_000)
        identifier = image_id(content)
        done = threading.Event()
        seen = set()

        def look() -> None:
            while not done.is_set():
                seen.add(originals.length(identifier))
                try:
                    seen.add(len(read(originals, identifier)))
                except UnknownImage:
                    seen.add(None)

        with ThreadPoolExecutor(2) as pool:
            looking = [pool.submit(look), pool.submit(look)]
            for _ in range(5):
                originals.put(identifier, BytesIO(content), INFO)
                originals.delete(identifier)
            done.set()
            for each in looking:
                each.result(10)
        assert seen <= {None, len(content)}

    def test_concurrent_puts_and_deletes_leave_a_usable_store(self, originals: Originals) -> None:
        content = os.urandom(100_000)
        identifier = image_id(content)

        def put(_: int) -> None:
            for _ in range(8):
                originals.put(identifier, BytesIO(content), INFO)

        def remove(_: int) -> None:
            for _ in range(8):
                originals.delete(identifier)

        with ThreadPoolExecutor(3) as pool:
            for each in [pool.submit(put, 1), pool.submit(put, 2), pool.submit(remove, 1)]:
                each.result(60)
        originals.put(identifier, BytesIO(content), INFO)
        assert read(originals, identifier) == content

    def test_concurrent_puts_in_processes_report_one_as_new(
        self, make: Make, originals: Originals, processes: Spawn
    ) -> None:
        contents = [b"%d" % number * 1000 for number in range(20)]
        # Not multiprocessing.Pool: it ends its processes with SIGTERM, and one that is writing its
        # coverage then may hang.
        with ProcessPoolExecutor(3, mp_context=processes) as pool:
            new = list(pool.map(put_all, [make] * 3, [contents] * 3))
        assert sum(new) == len(contents)
        for content in contents:
            assert read(originals, image_id(content)) == content

    def test_put_killed_in_the_middle_stores_nothing(
        self,
        make: Make,
        originals: Originals,
        tmp_path: Path,
        processes: Spawn,
    ) -> None:
        content = os.urandom(6_000_000)
        arrived = tmp_path / "arrived"
        process = processes.Process(target=put_stalling, args=(make, content, arrived))
        process.start()
        appears(arrived)
        assert originals.length(image_id(content)) is None
        process.kill()
        process.join(10)
        assert process.exitcode == -signal.SIGKILL
        assert originals.length(image_id(content)) is None
        assert list(originals.ids()) == []
        assert originals.put(image_id(content), BytesIO(content), INFO) is True
        assert read(originals, image_id(content)) == content

    def test_put_killed_at_any_moment_leaves_all_bytes_or_none(
        self,
        make: Make,
        originals: Originals,
        tmp_path: Path,
        processes: Spawn,
    ) -> None:
        content = os.urandom(500_000)
        identifier = image_id(content)
        for number in range(3):
            started = tmp_path / f"started{number}"
            process = processes.Process(target=put_for_ever, args=(make, content, started))
            process.start()
            appears(started)
            time.sleep(0.05 + 0.037 * number)
            process.kill()
            process.join(10)
            assert originals.length(identifier) in {None, len(content)}
            originals.put(identifier, BytesIO(content), INFO)
            assert read(originals, identifier) == content
            assert list(originals.ids()) == [identifier]

    def test_store_works_on_both_sides_of_a_fork(
        self, make: Make, originals: Originals, processes: Spawn
    ) -> None:
        identifier = stored(originals, b"before the fork")
        process = processes.Process(target=read_on_both_sides, args=(make, identifier))
        process.start()
        process.join(30)
        assert process.exitcode == 0
