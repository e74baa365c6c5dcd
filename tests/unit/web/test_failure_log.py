"""Log entries of failed requests."""

from __future__ import annotations

import pytest
from pyramid.testing import DummyRequest

from huimages_app.errors import StorageUnavailable
from huimages_app.web.errors import failure_log
from huimages_app.web.errors.failure_log import MAX_TRACEBACKS, FailureLog


def write(log: FailureLog, count: int) -> None:
    for _ in range(count):
        try:
            raise StorageUnavailable("connection refused\nby 10.0.0.1")
        except StorageUnavailable as error:
            log.write(DummyRequest(path="/image/"), error)


def test_failure_log_beyond_limit_omits_tracebacks(caplog: pytest.LogCaptureFixture) -> None:
    write(FailureLog(), MAX_TRACEBACKS + 30)
    assert len(caplog.records) == MAX_TRACEBACKS + 30
    assert sum(record.exc_info is not None for record in caplog.records) == MAX_TRACEBACKS
    assert caplog.text.count("Traceback") == MAX_TRACEBACKS
    assert caplog.records[-1].getMessage() == (
        "request failed method=GET path=/image/ "
        "error=StorageUnavailable: connection refused by 10.0.0.1 traceback=omitted"
    )


def test_failure_log_next_interval_has_tracebacks_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = FailureLog()
    write(log, MAX_TRACEBACKS + 1)
    monkeypatch.setattr(failure_log, "INTERVAL", 0.0)
    write(log, 1)
    assert caplog.records[-2].exc_info is None
    assert caplog.records[-1].exc_info is not None
