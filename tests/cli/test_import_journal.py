from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from huimages_app.cli.importing.journal import FileState, Journal
from huimages_app.errors import StorageUnavailable

A = FileState("/pictures/a.jpg", 10, 1_000)


def test_file_is_known_until_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "var" / "journal"
    journal = Journal(file)
    assert journal.known([A]) == {}
    journal.add(A, "ID1")
    journal.close()
    journal = Journal(file)
    assert journal.known([A, A._replace(path="/b")]) == {A.path: "ID1"}
    assert journal.known([A._replace(size=11)]) == {}
    assert journal.known([A._replace(mtime_ns=1_001)]) == {}
    journal.add(A._replace(mtime_ns=1_001), "ID2")
    assert journal.known([A]) == {}
    assert journal.known([A._replace(mtime_ns=1_001)]) == {A.path: "ID2"}
    journal.close()


def test_path_that_is_not_text_is_known(tmp_path: Path) -> None:
    odd = FileState(os.fsdecode(b"/caf\xe9\n.jpg"), 1, 1)
    journal = Journal(tmp_path / "journal")
    journal.add(odd, "ID")
    assert journal.known([odd]) == {odd.path: "ID"}
    journal.close()


def test_journal_works_in_several_threads(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    files = [FileState(f"/{number}", number, number) for number in range(400)]

    def add(part: int) -> None:
        for file in files[part::4]:
            journal.add(file, f"ID{file.size}")

    threads = [threading.Thread(target=add, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.known(files)) == 400
    journal.close()


def test_unusable_journal_is_named_and_closed(tmp_path: Path) -> None:
    file = tmp_path / "journal"
    file.write_bytes(b"something else " * 100)
    with pytest.raises(StorageUnavailable, match=str(file)) as caught:
        Journal(file)
    # Closed at once, although the exception still exists.
    assert str(file) not in [os.path.realpath(f"/proc/self/fd/{fd}") for fd in range(64)]
    assert caught.value.__cause__ is not None
    with pytest.raises(StorageUnavailable, match="cannot be used"):
        Journal(file / "inside")


def test_broken_journal_raises_storage_unavailable(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal._db.execute("drop table file")  # as another program might
    with pytest.raises(StorageUnavailable):
        journal.known([A])
    with pytest.raises(StorageUnavailable):
        journal.add(A, "ID")
    journal.close()
