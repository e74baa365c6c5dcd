from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from huimages_app.services.concurrency import in_parallel


def test_in_parallel_calls_the_function_once_per_item() -> None:
    assert sorted(in_parallel(lambda n: n * n, range(100), 3)) == [n * n for n in range(100)]
    assert list(in_parallel(lambda n: n, [], 3)) == []


def test_in_parallel_runs_as_many_jobs_as_requested() -> None:
    together = threading.Barrier(3)
    assert len(list(in_parallel(lambda n: together.wait(10), range(3), 3))) == 3


def test_in_parallel_reads_its_source_as_needed() -> None:
    taken: list[int] = []

    def source() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    with closing(in_parallel(lambda n: n, source(), 2)) as results:
        next(results)
        assert len(taken) < 20


def test_in_parallel_ends_at_the_first_error() -> None:
    done = []

    def work(number: int) -> None:
        if number == 5:
            raise RuntimeError("five")
        done.append(number)

    with pytest.raises(RuntimeError, match="five"):
        list(in_parallel(work, range(1000), 2))
    assert len(done) < 100


def test_closing_in_parallel_waits_for_running_jobs() -> None:
    begun, finished = threading.Semaphore(0), []
    go_on = threading.Event()

    def work(number: int) -> int:
        if number:
            begun.release()
            go_on.wait(10)
            finished.append(number)
        return number

    results = in_parallel(work, range(10), 2)
    assert next(results) == 0
    begun.acquire()
    threading.Timer(0.1, go_on.set).start()
    results.close()
    assert finished
    assert len(finished) < 9
