from __future__ import annotations

import threading

import pytest

from huimages_app.errors import UnknownImage
from huimages_app.services.background import Worker


def test_jobs_run_in_order_and_continue_after_an_error(caplog: pytest.LogCaptureFixture) -> None:
    worker, done = Worker(), []
    assert worker.submit("a", lambda: done.append("a"))
    assert worker.submit("b", lambda: 1 // 0)
    assert worker.submit("c", lambda: done.append("c"))
    worker.join()
    worker.close()
    assert done == ["a", "c"]
    assert "background job failed: key=b" in caplog.text


def test_job_for_a_removed_image_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def gone() -> None:
        raise UnknownImage("ID")

    worker = Worker()
    worker.submit("prepare", gone)
    worker.join()
    worker.close()
    assert caplog.text == ""


def test_submit_refuses_waiting_keys_and_a_full_queue() -> None:
    worker, gate, started = Worker(limit=2), threading.Event(), threading.Event()

    def wait() -> None:
        started.set()
        gate.wait(10)

    assert worker.submit("slow", wait)
    started.wait(10)
    assert not worker.submit("slow", wait)
    assert worker.submit("next", lambda: None)
    assert not worker.submit("too many", lambda: None)
    gate.set()
    worker.join()
    assert worker.submit("slow", lambda: None)
    worker.close()


def test_close_ends_the_thread_and_drops_waiting_jobs() -> None:
    before = set(threading.enumerate())
    worker, gate, started = Worker(), threading.Event(), threading.Event()
    done: list[str] = []

    def wait() -> None:
        started.set()
        gate.wait(10)
        done.append("first")

    worker.submit("first", wait)
    started.wait(10)
    worker.submit("second", lambda: done.append("second"))
    threading.Timer(0.05, gate.set).start()
    worker.close()
    assert done == ["first"]
    assert not worker.submit("third", lambda: None)
    late = set(threading.enumerate()) - before
    assert not [thread for thread in late if thread.name == "huimages-worker"]


def test_close_without_jobs_succeeds() -> None:
    Worker().close()
