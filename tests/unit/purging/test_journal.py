from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

from huimages_app.errors import StorageUnavailable
from huimages_app.purging.journal import PurgeJournal


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> PurgeJournal:
    return PurgeJournal(tmp_path / "var" / "purges.sqlite", clock)


def test_entry_of_every_cache_is_taken_once(journal: PurgeJournal, clock: Clock) -> None:
    journal.add("A", ["one", "two"])
    entries = [journal.take(), journal.take(), journal.take()]
    assert sorted(entry.cache for entry in entries if entry) == ["one", "two"]
    assert entries[2] is None
    # Its process has died.
    clock.now += 121
    assert journal.take() is not None


def test_entries_are_visible_to_other_processes(journal: PurgeJournal, clock: Clock) -> None:
    journal.add("A", ["one"])
    other = PurgeJournal(journal._path, clock)
    assert other.count() == 1
    entry = other.take()
    assert entry is not None
    assert entry.image_id == "A"
    assert journal.take() is None


def test_success_is_repeated_once(journal: PurgeJournal, clock: Clock) -> None:
    journal.add("A", ["one"])
    entry = journal.take()
    assert entry is not None
    journal.succeeded(entry, again=60)
    assert journal.count() == 0
    clock.now += 59
    assert journal.take() is None
    clock.now += 2
    entry = journal.take()
    assert entry is not None
    assert entry.is_repeat
    journal.succeeded(entry, again=60)
    clock.now += 3600
    assert journal.take() is None


def test_success_without_repetition_removes_entry(journal: PurgeJournal, clock: Clock) -> None:
    journal.add("A", ["one"])
    entry = journal.take()
    assert entry is not None
    journal.succeeded(entry, again=0)
    clock.now += 3600
    assert journal.take() is None


def test_entry_added_during_the_request_stays(journal: PurgeJournal, clock: Clock) -> None:
    journal.add("A", ["one"])
    entry = journal.take()
    assert entry is not None
    clock.now += 1
    journal.add("A", ["one"])
    journal.succeeded(entry, again=0)
    journal.remove(entry)
    journal.failed(entry, 50)
    again = journal.take()
    assert again is not None
    assert again.begun == clock.now
    assert again.attempts == 0


def test_fresh_entry_comes_before_failed_ones(journal: PurgeJournal, clock: Clock) -> None:
    for number in range(3):
        journal.add(f"A{number}", ["down"])
    for _ in range(3):
        entry = journal.take()
        assert entry is not None
        journal.failed(entry, 1)
    clock.now += 10
    journal.add("B", ["up"])
    entry = journal.take()
    assert entry is not None
    assert (entry.image_id, journal.count()) == ("B", 4)


def test_entries_are_due_after_the_clock_was_set_back(journal: PurgeJournal, clock: Clock) -> None:
    journal.add("A", ["one"])
    clock.now -= 86_400
    entry = journal.take()
    assert entry is not None
    assert journal.age(entry) == 0


def test_file_is_readable_by_its_owner_only(journal: PurgeJournal) -> None:
    journal.add("A", ["one"])
    assert stat.S_IMODE(journal._path.stat().st_mode) == 0o600


def test_damaged_file_raises_storage_unavailable(journal: PurgeJournal) -> None:
    journal.add("A", ["one"])
    journal._path.write_bytes(b"no database" * 1000)
    with pytest.raises(StorageUnavailable, match=r"purges\.sqlite can't be used"):
        journal.add("B", ["one"])
