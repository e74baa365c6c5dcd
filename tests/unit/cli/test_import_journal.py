from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from huimages_app.cli.importing.journal import Journal, Seen
from huimages_app.errors import StorageUnavailable

A = Seen("/pictures/a.jpg", 10, 1_000)


def test_what_is_noted_is_known_until_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "var" / "journal"
    journal = Journal(file)
    assert journal.known([A]) == {}
    journal.note(A, "ID1")
    journal.close()
    journal = Journal(file)
    assert journal.known([A, A._replace(path="/b")]) == {A.path: "ID1"}
    assert journal.known([A._replace(size=11)]) == {}
    assert journal.known([A._replace(mtime_ns=1_001)]) == {}
    journal.note(A._replace(mtime_ns=1_001), "ID2")
    assert journal.known([A]) == {}
    assert journal.known([A._replace(mtime_ns=1_001)]) == {A.path: "ID2"}
    journal.close()


def test_names_of_any_bytes(tmp_path: Path) -> None:
    odd = Seen(os.fsdecode(b"/caf\xe9\n.jpg"), 1, 1)
    journal = Journal(tmp_path / "journal")
    journal.note(odd, "ID")
    assert journal.known([odd]) == {odd.path: "ID"}
    journal.close()


def test_many_threads(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    files = [Seen(f"/{number}", number, number) for number in range(400)]

    def note(part: int) -> None:
        for seen in files[part::4]:
            journal.note(seen, f"ID{seen.size}")

    threads = [threading.Thread(target=note, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.known(files)) == 400
    journal.close()


def test_a_file_that_is_no_journal_is_named(tmp_path: Path) -> None:
    file = tmp_path / "journal"
    file.write_bytes(b"something else " * 100)
    with pytest.raises(StorageUnavailable, match=str(file)) as caught:
        Journal(file)
    # Closed at once, and not when somebody forgets the error.
    assert str(file) not in [os.path.realpath(f"/proc/self/fd/{fd}") for fd in range(64)]
    assert caught.value.__cause__ is not None
    with pytest.raises(StorageUnavailable, match="can't be used"):
        Journal(file / "inside")


def test_a_journal_that_breaks_says_so(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal._db.execute("drop table file")  # as if another program had been at it
    with pytest.raises(StorageUnavailable):
        journal.known([A])
    with pytest.raises(StorageUnavailable):
        journal.note(A, "ID")
    journal.close()
