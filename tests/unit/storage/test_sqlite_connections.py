"""The pool of SQLite connections: processes, forks, threads and limits."""

from __future__ import annotations

import multiprocessing
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest

from huimages_app.errors import StorageUnavailable
from huimages_app.storage.sqlite import SqliteBackend
from huimages_app.storage.sqlite.connection import Connections, pool_size
from tests.contract.samples import an_id, an_image, change, fill, put

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "metadata.sqlite"


@pytest.fixture
def store(file: Path) -> Iterator[SqliteBackend]:
    store = SqliteBackend(file, timeout=0.2)
    yield store
    store.close()


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
from huimages_app.backends import make_metadata
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
    @pytest.mark.slow
    def test_processes_that_start_at_once_share_a_new_file(
        self, file: Path, store: SqliteBackend
    ) -> None:
        together = SPAWN.Barrier(4)
        processes = [SPAWN.Process(target=open_new_file, args=(file, together)) for _ in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(60)
        assert [process.exitcode for process in processes] == [0] * 4
        assert store.search.count() == 1

    @pytest.mark.slow
    def test_forked_process_opens_its_own_connections(
        self, file: Path, store: SqliteBackend
    ) -> None:
        root = Path(__file__).parents[3]
        subprocess.run([sys.executable, "-c", FORKING, file], cwd=root, check=True, timeout=60)
        assert sorted(store.images.ids()) == sorted(map(an_id, (1, 2, 3, *range(10, 60))))

    def test_process_forked_during_a_write_uses_no_connection(
        self, file: Path, store: SqliteBackend
    ) -> None:
        root = Path(__file__).parents[3]
        subprocess.run([sys.executable, "-c", FORKING_BUSY, file], cwd=root, check=True, timeout=60)
        assert list(store.images.ids()) == [an_id(1)]

    def test_ended_threads_release_their_connections(
        self, file: Path, store: SqliteBackend
    ) -> None:
        for _ in range(30):
            thread = threading.Thread(target=store.check)
            thread.start()
            thread.join()
        store.check()
        assert open_count(file) <= 3

    @pytest.mark.slow
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
        connections = Connections(file, timeout=60, size=size)
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

    def test_exhausted_pool_raises_storage_unavailable(self, file: Path) -> None:
        connections = Connections(file, timeout=0.1, size=1)
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

    def test_integrity_error_is_raised_unchanged(self, file: Path) -> None:
        connections = Connections(file)
        twice = "INSERT INTO changes (id, state) VALUES ('x', 'shown'), ('x', 'shown')"
        with pytest.raises(sqlite3.IntegrityError), connections.writing() as db:
            db.execute(twice)
        with connections.reading() as db:
            assert db.execute("SELECT * FROM changes").fetchall() == []
        connections.close()

    def test_closed_store_opens_again(self, store: SqliteBackend) -> None:
        put(store, an_image(1))
        store.close()
        store.close()
        assert store.images.get(an_id(1)) == an_image(1)

    def test_change_function_may_read_the_store(self, store: SqliteBackend) -> None:
        fill(store, range(2))
        change(store, an_id(0), alt="a")
        saved = store.images.update(
            an_id(1), lambda _: an_image(1, alt=store.images.get(an_id(0)).alt)
        )
        assert saved.alt == store.images.get(an_id(1)).alt == "a"

    def test_saving_an_equal_image_adds_no_change(self, store: SqliteBackend) -> None:
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
