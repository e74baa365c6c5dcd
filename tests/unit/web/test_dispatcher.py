"""The threads that requests are handed to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from huimages_app.web.server.dispatcher import Dispatcher
from tests.support.waiting import wait_until

THREADS = 4


class Task:
    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work

    def service(self) -> None:
        self._work()

    def cancel(self) -> None:
        raise AssertionError("the task was never run")


@pytest.fixture
def dispatcher() -> Iterator[Dispatcher]:
    dispatcher = Dispatcher()
    dispatcher.set_thread_count(THREADS)
    wait_until(lambda: dispatcher.active_count == 0)
    yield dispatcher
    assert dispatcher.shutdown()
    assert not dispatcher.threads


def test_requests_in_a_row_are_handled_by_one_thread(dispatcher: Dispatcher) -> None:
    used: list[str] = []
    for number in range(1, 11):
        dispatcher.add_task(Task(lambda: used.append(threading.current_thread().name)))
        wait_until(lambda number=number: len(used) == number and dispatcher.active_count == 0)
    assert len(set(used)) == 1


def test_requests_at_once_are_handled_by_all_threads(dispatcher: Dispatcher) -> None:
    together = threading.Barrier(THREADS + 1)
    for _ in range(THREADS):
        dispatcher.add_task(Task(together.wait))
    together.wait(60)


def test_more_requests_than_threads_are_all_handled(dispatcher: Dispatcher) -> None:
    done: list[int] = []
    for number in range(200):
        dispatcher.add_task(Task(lambda number=number: done.append(number)))
    wait_until(lambda: len(done) == 200)
