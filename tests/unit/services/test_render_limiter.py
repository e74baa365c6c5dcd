from __future__ import annotations

import threading

import pytest

from huimages_app.errors import Busy
from huimages_app.services.render_limiter import Slots


def test_no_more_than_allowed_work_at_once() -> None:
    slots = Slots(at_once=2, waiting=8, timeout=10)
    working, most, lock = 0, 0, threading.Lock()
    gate = threading.Barrier(2)

    def work() -> None:
        nonlocal working, most
        with slots.taken():
            with lock:
                working += 1
                most = max(most, working)
            gate.wait(10)  # passes only while two are inside
            with lock:
                working -= 1

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most == 2


def test_a_full_line_is_told_at_once() -> None:
    slots = Slots(at_once=1, waiting=0, timeout=10)
    with slots.taken(), pytest.raises(Busy, match="too many"), slots.taken():
        pass
    with slots.taken():  # nothing was left behind by the refusal
        pass


def test_nobody_waits_for_ever() -> None:
    slots = Slots(at_once=1, waiting=1, timeout=0.01)
    with slots.taken(), pytest.raises(Busy, match="too long"), slots.taken():
        pass
    with slots.taken():
        pass


def test_an_error_gives_the_slot_back() -> None:
    slots = Slots(at_once=1, waiting=0, timeout=0)
    with pytest.raises(ZeroDivisionError), slots.taken():
        raise ZeroDivisionError
    with slots.taken():
        pass


def test_so_many_may_want_something_and_no_more() -> None:
    slots = Slots(at_once=1, waiting=0, timeout=0, requests=1)
    with slots.admitted(), pytest.raises(Busy, match="waited for"), slots.admitted():
        pass
    with slots.admitted():
        pass


def test_the_load_is_told() -> None:
    slots = Slots(at_once=1, waiting=1, timeout=10)
    inside = threading.Event()

    def work() -> None:
        with slots.taken():
            inside.set()

    assert slots.load() == (0, 0)
    with slots.taken():
        thread = threading.Thread(target=work)
        thread.start()
        while slots.load() != (1, 1):
            assert not inside.wait(0.01)
    thread.join(10)
    assert slots.load() == (0, 0)
