"""One budget of memory for several processes."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from huimages_app.errors import ServerBusy
from huimages_app.imaging import DecodingBudget

_held: list[AbstractContextManager[None]] = []


class Child:
    """A forked process that runs `work`, at once or at `begin`, and lives until `end`.

    It is forked before there are other threads, since it would inherit the locks that they hold.
    """

    def __init__(self, work: Callable[[], object], *, at_once: bool = True) -> None:
        self._report, writing = os.pipe()
        reading, self._begin = os.pipe()
        self.process = os.fork()
        if not self.process:
            status = 1
            try:
                os.read(reading, 1)
                work()
                os.write(writing, b"1")
                time.sleep(600)
                status = 0
            finally:
                os._exit(status)
        os.close(writing)
        os.close(reading)
        if at_once:
            self.begin()

    def begin(self) -> None:
        os.write(self._begin, b"1")
        os.close(self._begin)
        with os.fdopen(self._report, "rb") as report:
            assert report.read(1) == b"1"

    def end(self) -> None:
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


def taking(budget: DecodingBudget, size: int) -> Callable[[], object]:
    def take() -> None:
        reservation = budget.reserve(size)
        reservation.__enter__()
        _held.append(reservation)

    return take


def test_processes_share_the_capacity() -> None:
    budget = DecodingBudget(100, 0, processes=2)
    child = Child(taking(budget, 70))
    try:
        with budget.reserve(30):
            pass
        with pytest.raises(ServerBusy), budget.reserve(31):
            pass
        with budget.reserve_now(31) as is_reserved:
            assert not is_reserved
        with budget.reserve_now(30) as is_reserved:
            assert is_reserved
    finally:
        child.end()


def test_bytes_of_a_killed_process_are_free_again() -> None:
    budget = DecodingBudget(100, 10, processes=2)
    child = Child(taking(budget, 70))
    ending = threading.Timer(0.3, child.end)
    ending.start()
    with budget.reserve(100):
        ending.join()


def test_bytes_given_back_are_taken_by_another_process() -> None:
    budget = DecodingBudget(100, 60, processes=2)

    def briefly() -> None:
        with budget.reserve(70):
            time.sleep(0.3)

    child = Child(lambda: (taking(budget, 10)(), threading.Thread(target=briefly).start()))
    with budget.reserve(90):
        assert budget.in_use == 90
    child.end()


def test_large_request_is_not_overtaken_by_small_ones_of_other_processes() -> None:
    budget = DecodingBudget(100, 0, processes=2)
    child = Child(taking(budget, 60))
    other = Child(lambda: refused_now(budget), at_once=False)
    try:
        # Waits for 50, of which 40 are free.
        thread = threading.Thread(target=taking(budget.with_timeout(60), 50))
        thread.start()
        time.sleep(0.2)
        other.begin()
        other.end()
    finally:
        child.end()
    thread.join(60)
    assert budget.in_use == 50


def refused_now(budget: DecodingBudget) -> None:
    with budget.reserve_now(1) as is_reserved:
        assert not is_reserved


def test_request_that_times_out_unblocks_other_processes() -> None:
    budget = DecodingBudget(100, 0, processes=2)
    child = Child(taking(budget, 60))
    try:
        with pytest.raises(ServerBusy), budget.reserve(50):
            pass
        Child(taking(budget, 40)).end()
    finally:
        child.end()
