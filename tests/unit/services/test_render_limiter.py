from __future__ import annotations

import threading

import pytest

from huimages_app.errors import ServerBusy
from huimages_app.services.concurrency import RenderLimiter
from tests.support.metrics import value


def test_slots_limit_concurrent_renderings() -> None:
    render_limiter = RenderLimiter(at_once=2, waiting=8, timeout=10)
    working, most, lock = 0, 0, threading.Lock()
    gate = threading.Barrier(2)

    def work() -> None:
        nonlocal working, most
        with render_limiter.slot():
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


def test_slot_with_a_full_queue_raises_server_busy_at_once() -> None:
    render_limiter = RenderLimiter(at_once=1, waiting=0, timeout=10)
    with render_limiter.slot(), pytest.raises(ServerBusy, match="too many"), render_limiter.slot():
        pass
    with render_limiter.slot():  # the refusal has not taken the slot
        pass


def test_slot_raises_server_busy_after_its_timeout() -> None:
    render_limiter = RenderLimiter(at_once=1, waiting=1, timeout=0.01)
    with render_limiter.slot(), pytest.raises(ServerBusy, match="too long"), render_limiter.slot():
        pass
    with render_limiter.slot():
        pass


def test_error_releases_the_slot() -> None:
    render_limiter = RenderLimiter(at_once=1, waiting=0, timeout=0)
    with pytest.raises(ZeroDivisionError), render_limiter.slot():
        raise ZeroDivisionError
    with render_limiter.slot():
        pass


def test_admission_beyond_the_limit_raises_server_busy() -> None:
    render_limiter = RenderLimiter(at_once=1, waiting=0, timeout=0, requests=1)
    with (
        render_limiter.admission(),
        pytest.raises(ServerBusy, match="wait for pictures"),
        render_limiter.admission(),
    ):
        pass
    with render_limiter.admission():
        pass


def test_gauges_follow_running_and_waiting_renderings() -> None:
    render_limiter = RenderLimiter(at_once=1, waiting=1, timeout=10)
    inside = threading.Event()
    running, waiting = "huimages_renditions_running", "huimages_renditions_waiting"
    before = value(running), value(waiting)

    def work() -> None:
        with render_limiter.slot():
            inside.set()

    with render_limiter.slot():
        thread = threading.Thread(target=work)
        thread.start()
        while (value(running), value(waiting)) != (before[0] + 1, before[1] + 1):
            assert not inside.wait(0.01)
    thread.join(10)
    assert (value(running), value(waiting)) == before
