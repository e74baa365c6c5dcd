from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from huimages_app.errors import StorageUnavailable, UnknownImage
from huimages_app.observation import steps
from tests.support.metrics import increase


def test_recorded_steps_are_added_up_by_label() -> None:
    with steps.recorded() as seconds:
        for _ in range(2):
            with steps.step("decode"):
                pass
        with steps.storage_call("sqlite", "read"):
            pass
    assert list(seconds) == ["decode", "sqlite.read"]
    assert all(duration > 0 for duration in seconds.values())
    with steps.step("decode"):
        pass
    assert len(seconds) == 2


def test_step_is_counted_even_if_it_raises() -> None:
    with (
        increase(1, "huimages_step_seconds_count", step="decode"),
        pytest.raises(ZeroDivisionError),
        steps.step("decode"),
    ):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("error", "failures"),
    [(StorageUnavailable("down"), 1), (UnknownImage("A"), 0), (OSError("of the client"), 1)],
)
def test_storage_call_fails_only_with_failures_of_the_storage(
    error: Exception, failures: int
) -> None:
    labels = {"backend": "couchdb", "operation": "GET"}
    with (
        increase(failures, "huimages_storage_errors_total", **labels),
        increase(1, "huimages_storage_seconds_count", **labels),
        pytest.raises(type(error)),
        steps.storage_call("couchdb", "GET", OSError),
    ):
        raise error


def test_replayed_steps_are_recorded_and_counted() -> None:
    with increase(1, "huimages_step_seconds_count", step="encode"), steps.recorded() as seconds:
        steps.replay({"encode": 0.25})
    assert seconds == {"encode": 0.25}


def test_tracer_surrounds_every_step() -> None:
    traced = []

    @contextmanager
    def tracer(label: str) -> Iterator[None]:
        traced.append(label)
        yield
        traced.append(f"/{label}")

    steps.set_tracer(tracer)
    try:
        with steps.step("scale"), steps.storage_call("s3", "open"):
            pass
    finally:
        steps.set_tracer(None)
    assert traced == ["scale", "s3.open", "/s3.open", "/scale"]
