"""SQLite files that are damaged, locked, replaced, read-only or full."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest

from huimages_app.domain.models import Query
from huimages_app.errors import BadCursor, BadInput, StorageUnavailable
from huimages_app.storage.sqlite import SqliteBackend
from huimages_app.storage.sqlite.connection import Connections
from tests.contract.samples import an_id, an_image, annotate, change, fill, put, walk
from tests.support.privileges import unprivileged_folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "metadata.sqlite"


@pytest.fixture
def store(file: Path) -> Iterator[SqliteBackend]:
    store = SqliteBackend(file, timeout=0.2)
    yield store
    store.close()


class TestTrouble:
    @pytest.mark.parametrize("content", [b"no database at all " * 100, b"SQLite format 3\0" * 200])
    def test_invalid_database_file_raises_storage_unavailable(
        self, file: Path, store: SqliteBackend, content: bytes
    ) -> None:
        file.write_bytes(content)
        with pytest.raises(
            StorageUnavailable, match=r"metadata.sqlite is damaged or no SQLite file"
        ):
            store.images.get(an_id(1))
        assert file.read_bytes() == content

    def test_damaged_file_raises_storage_unavailable(
        self, file: Path, store: SqliteBackend
    ) -> None:
        fill(store, range(50))
        store.close()
        content = bytearray(file.read_bytes())
        content[4096 * 2 :] = b"\xff" * (len(content) - 4096 * 2)
        file.write_bytes(content)
        with pytest.raises(StorageUnavailable, match=r"damaged.*backup"):
            walk(store, Query())

    def test_repaired_file_is_used_again(self, file: Path, store: SqliteBackend) -> None:
        """The file is damaged and repaired under open connections."""
        known = fill(store, range(300), titles=("x" * 500,))
        store.close()
        store.check()
        content = file.read_bytes()
        with file.open("r+b") as damaged:
            damaged.seek(4096)
            damaged.write(b"\xff" * (len(content) - 4096))
        with pytest.raises(StorageUnavailable, match="damaged"):
            walk(store, Query(), 100)
        with file.open("r+b") as damaged:
            damaged.write(content)
        assert walk(store, Query(), 100) == known[::-1]

    def test_file_that_disappears_is_used_when_it_is_back(
        self, file: Path, store: SqliteBackend
    ) -> None:
        """No write goes into a file that has lost its name."""
        known = put(store, an_image(1))
        away = file.parent / "away"
        away.mkdir()
        for part in list(file.parent.glob(f"{file.name}*")):
            part.rename(away / part.name)
        for attempt in (lambda: put(store, an_image(2)), lambda: store.images.get(known)):
            with pytest.raises(StorageUnavailable, match=r"metadata.sqlite has gone: put it back"):
                attempt()
        assert not file.exists()
        for part in list(away.iterdir()):
            part.rename(file.parent / part.name)
        assert walk(store, Query()) == [known]

    def test_restored_backup_is_used_at_once(self, file: Path, store: SqliteBackend) -> None:
        known = put(store, an_image(1))
        backup = file.with_name("backup.sqlite")
        with closing(sqlite3.connect(file)) as db, closing(sqlite3.connect(backup)) as copy:
            db.backup(copy)
        put(store, an_image(2))
        for part in file.parent.glob(f"{file.name}*"):
            part.unlink()
        backup.rename(file)
        assert walk(store, Query()) == [known]
        put(store, an_image(3))
        with closing(SqliteBackend(file)) as other:
            assert len(walk(other, Query())) == 2

    def test_unreachable_folder_raises_storage_unavailable(
        self, file: Path, store: SqliteBackend
    ) -> None:
        put(store, an_image(1))
        folder = file.parent.rename(file.parent.with_name("away"))
        file.parent.write_bytes(b"no folder")
        with pytest.raises(StorageUnavailable, match="can't be reached: Not a directory"):
            store.images.get(an_id(1))
        file.parent.unlink()
        folder.rename(file.parent)
        assert store.images.get(an_id(1))

    def test_locked_file_is_readable_and_writes_raise(
        self, file: Path, store: SqliteBackend
    ) -> None:
        put(store, an_image(1))
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert store.images.get(an_id(1)) == an_image(1)
            with pytest.raises(StorageUnavailable, match="locked"):
                put(store, an_image(2))
            other.execute("ROLLBACK")
        put(store, an_image(2))

    @pytest.mark.parametrize("with_folder", [False, True])
    def test_file_that_was_read_only_at_the_start_is_written_once_it_is_writable(
        self, with_folder: bool
    ) -> None:
        with unprivileged_folder() as folder:
            file = folder / "metadata.sqlite"
            with closing(SqliteBackend(file)) as store:
                put(store, an_image(1))
            file.chmod(0o444)
            if with_folder:
                folder.chmod(0o555)
            store = SqliteBackend(file)
            together = threading.Barrier(4)

            def read(_: int) -> None:
                with suppress(StorageUnavailable):
                    store.images.get(an_id(1))
                together.wait(60)  # four connections

            with ThreadPoolExecutor(4) as pool:
                list(pool.map(read, range(4)))
                for _ in range(2):
                    with pytest.raises(StorageUnavailable, match="readonly"):
                        put(store, an_image(2))
                folder.chmod(0o755)
                file.chmod(0o644)
                put(store, an_image(2))
                assert store.search.count() == 2
            store.close()

    def test_new_file_locked_by_others_raises_storage_unavailable(
        self, file: Path, store: SqliteBackend
    ) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(StorageUnavailable, match="locked"):
                store.check()
        store.check()

    def test_write_raises_when_another_thread_keeps_writing(self, file: Path) -> None:
        connections = Connections(file, timeout=0.1)
        inside, done = threading.Event(), threading.Event()

        def write() -> None:
            with connections.writing():
                inside.set()
                done.wait(60)

        thread = threading.Thread(target=write)
        thread.start()
        inside.wait(60)
        with pytest.raises(StorageUnavailable, match="busy"), connections.writing():
            pass
        done.set()
        thread.join()
        with connections.writing():
            pass
        connections.close()

    def test_full_disk_keeps_stored_images(self, file: Path) -> None:
        store = SqliteBackend(file)
        put(store, an_image(1))
        with store._connections.reading() as db:
            (pages,) = db.execute("PRAGMA page_count").fetchone()
            db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StorageUnavailable, match="full"):
            put(store, an_image(2, titles=("x" * 10**6,)))
        assert walk(store, Query()) == list(store.images.ids()) == [an_id(1)]
        assert store.search.count() == 1
        store.close()

    def test_lone_surrogate_raises_bad_input(self, store: SqliteBackend) -> None:
        put(store, an_image(1))
        for ask in [
            lambda: change(store, an_id(1), titles=("\udc80",)),
            lambda: annotate(store, an_id(1), "\udc80", rating=1),
            lambda: store.search.page(Query(tag="\udc80"), 10),
        ]:
            with pytest.raises(BadInput, match="half a character"):
                ask()
        assert store.images.get(an_id(1)) == an_image(1)

    def test_change_of_the_id_raises(self, store: SqliteBackend) -> None:
        with pytest.raises(ValueError, match=an_id(2)):
            store.images.save(an_id(1), lambda _: an_image(2))
        assert store.search.count() == 0

    def test_changes_since_a_newer_state_raise(self, store: SqliteBackend, tmp_path: Path) -> None:
        """This happens after a backup is restored."""
        fill(store, range(3))
        with closing(SqliteBackend(tmp_path / "other.sqlite")) as other, pytest.raises(BadCursor):
            other.search.changes(store.search.changes().since)
