"""Retries after conflicts, and locks by key."""

from __future__ import annotations

import threading

import pytest

from huimages_app.errors import StorageUnavailable
from huimages_app.storage.couchdb import retry
from huimages_app.storage.couchdb.database import Conflict
from huimages_app.storage.couchdb.retry import StripedLocks, retry_on_conflict


def test_retry_repeats_until_there_is_no_conflict() -> None:
    outcomes = iter([Conflict("1"), Conflict("2"), "done"])

    def attempt() -> str:
        outcome = next(outcomes)
        if isinstance(outcome, Conflict):
            raise outcome
        return outcome

    assert retry_on_conflict(attempt) == "done"


def test_retry_stops_after_its_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_ATTEMPTS", 3)
    attempts = []

    def attempt() -> None:
        attempts.append(1)
        raise Conflict("again")

    with pytest.raises(StorageUnavailable, match="3 conflicts in a row"):
        retry_on_conflict(attempt)
    assert len(attempts) == 3


def test_striped_lock_is_held_until_the_timeout() -> None:
    stripes = StripedLocks(timeout=0.05)
    with stripes.held("a"):
        entered = threading.Event()

        def enter() -> None:
            with stripes.held("a"):
                entered.set()

        thread = threading.Thread(target=enter)
        thread.start()
        assert not entered.wait(0.01)
        assert entered.wait(5)
        thread.join()
    with StripedLocks(timeout=60).held("a"):
        pass
