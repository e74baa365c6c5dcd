"""Contract of histories: an entry is written with its change, in one write, or not at all."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from huimages_app.services.recorded_images import RecordedImages
from huimages_app.storage.interfaces import MetadataBackend

from .metadata_concurrency import in_threads
from .samples import an_id, an_image, put


def retitle(store: MetadataBackend, title: str) -> None:
    RecordedImages(store.images).update(
        an_id(1), lambda image: replace(image, titles=(*image.titles[-1:], title))
    )


def retitle_all_the_time(opener: Callable[[], MetadataBackend]) -> None:
    """Keep changing a title until the process is killed."""
    store = opener()
    for number in range(100_000):
        retitle(store, f"title {number}")


class HistoryContract:
    def test_concurrent_changes_are_all_recorded(self, store: MetadataBackend) -> None:
        put(store, an_image(1, titles=("first",)))
        in_threads(4, lambda thread: [retitle(store, f"{thread}-{n}") for n in range(8)])
        image = store.images.get(an_id(1))
        assert {change.after for change in image.history} == {
            f"{thread}-{number}" for thread in range(4) for number in range(8)
        }
        titles = ["first", *(change.after for change in image.history)]
        assert [change.before for change in image.history] == titles[:-1]
        assert image.title == titles[-1]

    @pytest.mark.slow
    @pytest.mark.timeout(120)
    def test_change_and_entry_survive_a_kill_together(
        self, store: MetadataBackend, opener: Callable[[], MetadataBackend]
    ) -> None:
        put(store, an_image(1))
        for _ in range(3):
            process = multiprocessing.get_context("spawn").Process(
                target=retitle_all_the_time, args=(opener,)
            )
            seen = len(store.images.get(an_id(1)).history)
            process.start()
            while len(store.images.get(an_id(1)).history) < seen + 3:
                assert process.is_alive()
                time.sleep(0.01)
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
            image = store.images.get(an_id(1))
            assert image.history[-1].after == image.title
