"""What is SQLite's own: the file, its versions, its troubles, and how it is asked."""

from __future__ import annotations

import multiprocessing
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from huimages_app.config.settings import Settings
from huimages_app.domain.models import Query
from huimages_app.errors import BadCursor, BadInput, BadSetting, StorageUnavailable
from huimages_app.factory import make_metadata
from huimages_app.storage.sqlite import SqliteBackend, schema
from huimages_app.storage.sqlite.connection import Connections, pool_size
from tests.contract.samples import START, an_id, an_image, change, fill, put, say, walk
from tests.support.privileges import unprivileged_folder

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "metadata.sqlite"


@pytest.fixture
def store(file: Path) -> Iterator[SqliteBackend]:
    store = SqliteBackend(file, patience=0.2)
    yield store
    store.close()


class TestVersions:
    def test_a_new_file_has_the_newest(self, file: Path, store: SqliteBackend) -> None:
        store.check()
        with closing(sqlite3.connect(file)) as db:
            assert schema.version_of(db) == schema.VERSION
            assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    def test_it_is_nobody_elses(self, file: Path, store: SqliteBackend) -> None:
        """Hashes of passwords lie in it."""
        store.check()
        beside = [path for path in file.parent.iterdir() if path.name.startswith(file.name)]
        assert {path.stat().st_mode & 0o777 for path in beside} == {0o600}
        assert [path for path in file.parent.iterdir() if path not in beside] == []

    def test_version_1_is_brought_up_to_date(self, file: Path, store: SqliteBackend) -> None:
        put(store, an_image(1), tags=("sea",))
        store.close()
        with closing(sqlite3.connect(file)) as db:  # version 1 had no records
            db.execute("DROP TABLE records")
            db.execute("PRAGMA user_version = 1")
        again = SqliteBackend(file)
        again.documents.save("account", "vera", lambda _: {"a": 1})
        again.close()
        assert walk(store, Query(tag="sea")) == [an_id(1)]
        with closing(sqlite3.connect(file)) as db:
            assert schema.version_of(db) == schema.VERSION

    def test_version_2_gets_an_index_of_the_inside_of_words(
        self, file: Path, store: SqliteBackend
    ) -> None:
        put(store, an_image(1, titles=("Regenschirm",)), tags=("🎄",))
        put(store, an_image(2, trashed=START, titles=("Schirm",)))
        store.close()
        with closing(sqlite3.connect(file)) as db, db:
            db.execute("DROP TABLE words")
            db.execute(schema.MIGRATIONS[0][-1])
            db.execute("INSERT INTO words (rowid, text) SELECT key, 'regenschirm' FROM images")
            db.execute("PRAGMA user_version = 2")
        assert walk(store, Query(text="schirm 🎄")) == [an_id(1)]
        assert walk(store, Query(text="schirm", trashed=True)) == [an_id(2)]
        put(store, an_image(1, titles=("Segel",)))
        assert walk(store, Query(text="schirm")) == []

    def test_a_newer_version_is_refused_and_left_alone(
        self, file: Path, store: SqliteBackend
    ) -> None:
        with closing(sqlite3.connect(file)) as db:
            db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
        with pytest.raises(BadSetting, match=r"metadata.path.*newer huimages"):
            store.check()
        with closing(sqlite3.connect(file)) as db:
            assert schema.version_of(db) == schema.VERSION + 1
            assert db.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)

    def test_a_newer_version_stops_the_start_and_a_damaged_file_does_not(self, file: Path) -> None:
        settings = Settings(metadata_path=file)
        file.write_bytes(b"no database at all " * 100)
        metadata = make_metadata(settings)
        with pytest.raises(StorageUnavailable):
            metadata.check()
        file.unlink()
        with closing(sqlite3.connect(file)) as db:
            db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
        with pytest.raises(BadSetting, match="newer huimages"):
            make_metadata(settings)

    def test_a_migration_that_fails_changes_nothing(
        self, file: Path, store: SqliteBackend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.check()
        store.close()
        monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
        broken = (*schema.MIGRATIONS, ("CREATE TABLE more (a)", "CREATE TABLE records (b)"))
        monkeypatch.setattr(schema, "MIGRATIONS", broken)
        with pytest.raises(StorageUnavailable):
            store.check()
        with closing(sqlite3.connect(file)) as db:
            assert schema.version_of(db) == len(broken) - 1
            assert not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'more'").fetchall()


class TestTrouble:
    @pytest.mark.parametrize("content", [b"no database at all " * 100, b"SQLite format 3\0" * 200])
    def test_a_file_that_is_no_database(
        self, file: Path, store: SqliteBackend, content: bytes
    ) -> None:
        file.write_bytes(content)
        with pytest.raises(
            StorageUnavailable, match=r"metadata.sqlite is damaged or no SQLite file"
        ):
            store.images.get(an_id(1))
        assert file.read_bytes() == content

    def test_a_damaged_file(self, file: Path, store: SqliteBackend) -> None:
        fill(store, range(50))
        store.close()
        content = bytearray(file.read_bytes())
        content[4096 * 2 :] = b"\xff" * (len(content) - 4096 * 2)
        file.write_bytes(content)
        with pytest.raises(StorageUnavailable, match=r"damaged.*backup"):
            walk(store, Query())

    def test_a_file_that_is_mended(self, file: Path, store: SqliteBackend) -> None:
        """On the way, under open connections."""
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

    def test_a_file_that_goes_and_comes_back(self, file: Path, store: SqliteBackend) -> None:
        """Nothing is written into a file that nobody will find again."""
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

    def test_a_backup_put_in_its_place_is_used_at_once(
        self, file: Path, store: SqliteBackend
    ) -> None:
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

    def test_a_file_in_a_folder_that_can_not_be_reached(
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

    def test_a_locked_file_is_read_and_not_written(self, file: Path, store: SqliteBackend) -> None:
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

    def test_a_new_file_that_others_lock(self, file: Path, store: SqliteBackend) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(StorageUnavailable, match="locked"):
                store.check()
        store.check()

    def test_a_thread_that_writes_for_ever(self, file: Path) -> None:
        connections = Connections(file, patience=0.1)
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

    def test_a_full_disk_loses_nothing_that_was_there(self, file: Path) -> None:
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

    def test_half_a_character_is_bad_input(self, store: SqliteBackend) -> None:
        put(store, an_image(1))
        for ask in [
            lambda: change(store, an_id(1), titles=("\udc80",)),
            lambda: say(store, an_id(1), "\udc80", rating=1),
            lambda: store.search.page(Query(tag="\udc80"), 10),
        ]:
            with pytest.raises(BadInput, match="half a character"):
                ask()
        assert store.images.get(an_id(1)) == an_image(1)

    def test_a_record_can_not_become_that_of_another_image(self, store: SqliteBackend) -> None:
        with pytest.raises(ValueError, match=an_id(2)):
            store.images.save(an_id(1), lambda _: an_image(2))
        assert store.search.count() == 0

    def test_a_place_in_the_feed_of_a_fuller_archive(
        self, store: SqliteBackend, tmp_path: Path
    ) -> None:
        """As after going back to a backup."""
        fill(store, range(3))
        with closing(SqliteBackend(tmp_path / "other.sqlite")) as other, pytest.raises(BadCursor):
            other.search.changes(store.search.changes().since)


def open_new_file(file: Path, together: Any) -> None:
    together.wait(60)
    store = SqliteBackend(file)
    put(store, an_image(1))
    store.close()


# A process of its own: the one of the tests has threads, and must not be forked.
FORKING = """
import os, sys
from pathlib import Path
from huimages_app.storage.sqlite import SqliteBackend
from huimages_app.factory import make_metadata
from tests.contract.samples import an_id, an_image, put

store = SqliteBackend(Path(sys.argv[1]))
put(store, an_image(1))
child = os.fork()
for number in range(10, 60, 2):
    put(store, an_image(number if child else number + 1))
assert store.images.get(an_id(1)) == an_image(1)
put(store, an_image(3 if child else 2))
store.close()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


FORKING_BUSY = """
import os, sys
from pathlib import Path
from huimages_app.errors import StorageUnavailable
from huimages_app.storage.sqlite import SqliteBackend
from tests.contract.samples import an_id, an_image, put

store = SqliteBackend(Path(sys.argv[1]))

def fork(image):
    if not os.fork():
        try:
            store.search.count()
        except StorageUnavailable:
            os._exit(0)
        os._exit(1)
    assert os.wait()[1] == 0
    return an_image(1)

store.images.save(an_id(1), fork)
store.close()
"""


class TestConnections:
    def test_processes_that_start_at_once(self, file: Path, store: SqliteBackend) -> None:
        together = SPAWN.Barrier(4)
        processes = [SPAWN.Process(target=open_new_file, args=(file, together)) for _ in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(60)
        assert [process.exitcode for process in processes] == [0] * 4
        assert store.search.count() == 1

    def test_a_forked_process_opens_its_own(self, file: Path, store: SqliteBackend) -> None:
        root = Path(__file__).parents[3]
        subprocess.run([sys.executable, "-c", FORKING, file], cwd=root, check=True, timeout=60)
        assert sorted(store.images.ids()) == sorted(map(an_id, (1, 2, 3, *range(10, 60))))

    def test_a_process_forked_off_in_the_middle_keeps_away(
        self, file: Path, store: SqliteBackend
    ) -> None:
        root = Path(__file__).parents[3]
        subprocess.run([sys.executable, "-c", FORKING_BUSY, file], cwd=root, check=True, timeout=60)
        assert list(store.images.ids()) == [an_id(1)]

    def test_threads_that_ended_hold_nothing(self, file: Path, store: SqliteBackend) -> None:
        for _ in range(30):
            thread = threading.Thread(target=store.check)
            thread.start()
            thread.join()
        store.check()
        assert open_count(file) <= 3

    def test_many_threads_share_the_connections_that_the_limit_allows(
        self, file: Path, store: SqliteBackend
    ) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
        try:
            size = pool_size()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert size == 8
        connections = Connections(file, patience=60, size=size)
        together = threading.Barrier(48)
        open_files: list[int] = []

        def read() -> None:
            together.wait(60)
            for _ in range(20):
                with connections.reading() as db:
                    db.execute("SELECT count(*) FROM images").fetchone()
                    open_files.append(open_count(file))

        with ThreadPoolExecutor(48) as pool:
            for each in [pool.submit(read) for _ in range(48)]:
                each.result()
        assert max(open_files) <= 2 * size + 1  # the file and its log, and what they share
        connections.close()

    def test_too_few_connections_are_an_outage(self, file: Path) -> None:
        connections = Connections(file, patience=0.1, size=1)
        outcome: list[str] = []

        def read() -> None:
            try:
                with connections.reading():
                    outcome.append("read")
            except StorageUnavailable as error:
                outcome.append(str(error))

        for _ in range(2):
            thread = threading.Thread(target=read)
            with connections.reading() if not outcome else nullcontext():
                thread.start()
                thread.join()
        assert outcome == [
            "all 1 connections to metadata.sqlite were in use for 0.1 seconds",
            "read",
        ]
        connections.close()

    def test_a_mistake_of_ours_is_no_damage(self, file: Path) -> None:
        connections = Connections(file)
        twice = "INSERT INTO changes (id, state) VALUES ('x', 'shown'), ('x', 'shown')"
        with pytest.raises(sqlite3.IntegrityError), connections.writing() as db:
            db.execute(twice)
        with connections.reading() as db:
            assert db.execute("SELECT * FROM changes").fetchall() == []
        connections.close()

    def test_it_opens_again_after_close(self, store: SqliteBackend) -> None:
        put(store, an_image(1))
        store.close()
        store.close()
        assert store.images.get(an_id(1)) == an_image(1)

    def test_a_change_may_read(self, store: SqliteBackend) -> None:
        fill(store, range(2))
        change(store, an_id(0), alt="a")
        saved = store.images.update(
            an_id(1), lambda _: an_image(1, alt=store.images.get(an_id(0)).alt)
        )
        assert saved.alt == store.images.get(an_id(1)).alt == "a"

    def test_saving_the_same_again_is_no_change(self, store: SqliteBackend) -> None:
        put(store, an_image(1), tags=("sea",))
        since = store.search.changes().since
        put(store, an_image(1), tags=("sea",))
        assert not store.search.changes(since).ids


def open_count(file: Path) -> int:
    """Return the number of descriptors of this process for the file and those beside it."""
    names = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            names.append(str(link.readlink()))
    return sum(name.startswith(str(file)) for name in names)


class TestPlaces:
    def test_more_images_of_one_microsecond_than_there_are_places(
        self, file: Path, store: SqliteBackend
    ) -> None:
        known = fill(store, range(1100), created=START)
        later = put(store, an_image(2000, created=START + timedelta(seconds=1)))
        assert walk(store, Query(order="oldest"), 100) == [*known, later]

    def test_times_beyond_the_end_come_last(self, store: SqliteBackend) -> None:
        for number, year in enumerate([2026, 1, 9999, 1800]):
            put(store, an_image(number, created=datetime(year, 1, 1, tzinfo=UTC)))
        assert walk(store, Query(order="oldest")) == [an_id(n) for n in [1, 3, 0, 2]]
        assert store.images.get(an_id(2)).created.year == 9999

    def test_no_phrase_reaches_from_one_text_into_the_next(self, store: SqliteBackend) -> None:
        put(store, an_image(1, titles=("article 10106", "02 colours")))
        assert walk(store, Query(text="10106/02")) == []
        assert walk(store, Query(text="10106 02")) == [an_id(1)]
