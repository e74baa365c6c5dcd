"""Contract of concurrent changes: none is lost, none is half done."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from huimages_app.domain.models import Query
from huimages_app.errors import UnknownImage
from huimages_app.storage.interfaces import MetadataBackend
from tests.support.torture import amount

from .samples import START, an_id, an_image, annotate, change, fill, put, walk

PROCESSES, THREADS, ROUNDS = 2, 4, amount(10, 42)
# Each round of each thread saves a tag, a rating and a title: 240 updates of one image, or 1,008 in
# `make torture`.  The time grows with the square, because each rating reads all others.


def update_all_the_time(opener: Callable[[], MetadataBackend], process: int, together: Any) -> None:
    """Run in each process: `THREADS` visitors keep changing one image."""
    store = opener()
    together.wait(60)

    def visit(thread: int) -> None:
        name = f"{process}-{thread}"
        for number in range(ROUNDS):
            tag = f"{name}-{number}"
            store.annotations.save(
                an_id(1),
                "all",
                lambda annotation, t=tag: replace(annotation, tags=(*annotation.tags, t)),
            )
            store.annotations.save(
                an_id(1), f"{name}-{number}", lambda annotation: replace(annotation, rating=5)
            )
            store.images.update(
                an_id(1), lambda image, t=tag: replace(image, titles=(*image.titles, t))
            )

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(visit, thread) for thread in range(THREADS)]:
            done.result()
    store.close()


def in_threads(count: int, work: Callable[[int], object]) -> None:
    """Run `work(0)`, … at the same moment, each in a thread; raise what they raise."""
    together = threading.Barrier(count)

    def run(number: int) -> None:
        together.wait(60)
        work(number)

    with ThreadPoolExecutor(count) as pool:
        for done in [pool.submit(run, number) for number in range(count)]:
            done.result()


class ConcurrencyContract:
    @pytest.mark.slow
    @pytest.mark.timeout(330)  # eight seconds, and minutes on a machine that is busy
    def test_concurrent_updates_of_one_image_lose_nothing(
        self, store: MetadataBackend, opener: Callable[[], MetadataBackend]
    ) -> None:
        put(store, an_image(1))
        context = multiprocessing.get_context("spawn")
        together = context.Barrier(PROCESSES)
        processes = [
            context.Process(target=update_all_the_time, args=(opener, number, together))
            for number in range(PROCESSES)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join(300)
        assert [process.exitcode for process in processes] == [0] * PROCESSES
        expected = {
            f"{process}-{thread}-{number}"
            for process in range(PROCESSES)
            for thread in range(THREADS)
            for number in range(ROUNDS)
        }
        titles = store.images.get(an_id(1)).titles
        assert len(titles) == len(expected)
        assert set(titles) == expected
        summary = store.annotations.summary(an_id(1))
        assert summary.tags == dict.fromkeys(expected, 1)
        assert (summary.rating_count, summary.rating) == (len(expected), 5)
        assert dict(store.search.tags()) == summary.tags
        assert list(store.search.changes().ids) == [an_id(1)]

    def test_concurrent_creations_of_one_image_lose_nothing(self, store: MetadataBackend) -> None:
        def save(number: int) -> None:
            store.images.save(
                an_id(1),
                lambda image: replace(
                    image or an_image(1),
                    titles=(*(image.titles if image else ()), str(number)),
                ),
            )

        in_threads(8, save)
        assert sorted(store.images.get(an_id(1)).titles) == [str(number) for number in range(8)]
        assert store.search.count() == 1

    @pytest.mark.slow
    def test_concurrent_creations_of_many_images_are_all_listed(
        self, store: MetadataBackend
    ) -> None:
        def work(thread: int) -> None:
            for number in range(10):
                put(store, an_image(thread * 10 + number, created=START), tags=("sea",))

        in_threads(8, work)
        assert store.search.count() == len(set(walk(store, Query(tag="sea"), 30))) == 80
        assert store.search.tags() == [("sea", 80)]

    @pytest.mark.slow
    def test_reads_during_writes_are_consistent(self, store: MetadataBackend) -> None:
        fill(store, range(0, 40))
        stay = {an_id(number) for number in range(20, 40)}

        def work(thread: int) -> None:
            for number in range(thread * 5, thread * 5 + 5):
                if thread < 4:
                    change(store, an_id(number), titles=("strand",), trashed=START)
                    put(store, an_image(number + 100))
                else:
                    walked = walk(store, Query(), 7)
                    assert stay <= set(walked)
                    assert len(walked) == len(set(walked))
                    assert len(store.search.random(5)) == 5
                    assert store.search.count() >= 20
                    annotate(store, an_id(39), f"{thread}", rating=number % 11)

        in_threads(8, work)
        assert store.search.count() == 40
        assert store.annotations.summary(an_id(39)).rating_count == 4

    def test_annotation_of_an_image_being_removed_leaves_nothing(
        self, store: MetadataBackend
    ) -> None:
        """A late annotation finds no image; an early one is removed with it."""
        for number in range(10):
            put(store, an_image(number))

        def work(thread: int) -> None:
            for number in range(10):
                if thread == 0:
                    store.images.remove(an_id(number))
                else:
                    try_to_annotate(store, an_id(number), f"v{thread}")

        in_threads(4, work)
        assert store.search.tags() == []
        for number in range(10):
            assert store.annotations.of_image(an_id(number)) == {}


def try_to_annotate(store: MetadataBackend, image_id: str, visitor_id: str) -> None:
    try:
        annotate(store, image_id, visitor_id, tags=("late",))
    except UnknownImage:
        assert image_id not in store.images.get_many([image_id])
