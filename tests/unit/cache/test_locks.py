"""Locks by name, across threads and processes."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from huimages_app.cache.locks import FileLocks
from huimages_app.cache.renditions import RenditionCache
from huimages_app.domain.formats import JPEG
from huimages_app.domain.ids import image_id
from huimages_app.domain.sizes import Size
from huimages_app.errors import ServerBusy

ID = image_id(b"a picture")
SIZE = Size.parse("240x160")


def request(folder: Path, log: Path) -> None:
    """Request a rendition as the services do: lock, look into the cache, make it."""
    cache = RenditionCache(folder / "cache", folder / "scratch", 0)
    with cache.lock("key"):
        if cache.find(ID, SIZE, JPEG) is None:
            with cache.pending(ID, SIZE, JPEG) as pending:
                with log.open("a") as file:
                    file.write("made\n")
                time.sleep(0.1)
                os.write(pending.descriptor, b"picture")
                assert pending.publish() is not None


def requests(folder: Path, log: Path, number: int) -> None:
    with ThreadPoolExecutor(number) as pool:
        for each in [pool.submit(request, folder, log) for _ in range(number)]:
            each.result()


def count_up(file: Path, counter: Path, times: int) -> None:
    locks = FileLocks(file)
    for _ in range(times):
        with locks.acquire("counter", 30):
            counter.write_text(str(int(counter.read_text()) + 1))


def hold(file: Path, held: Path) -> None:
    with FileLocks(file).acquire("key", 1):
        held.touch()
        time.sleep(60)


@pytest.mark.slow
def test_concurrent_requests_make_a_rendition_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    log = tmp_path / "log"
    others = [spawn.Process(target=requests, args=(tmp_path, log, 50)) for _ in range(2)]
    for process in others:
        process.start()
    requests(tmp_path, log, 100)
    for process in others:
        process.join(30)
        assert process.exitcode == 0
    assert log.read_text() == "made\n"


def test_lock_excludes_threads_and_processes(tmp_path: Path) -> None:
    file, counter = tmp_path / "lock", tmp_path / "counter"
    counter.write_text("0")
    spawn = multiprocessing.get_context("spawn")
    other = spawn.Process(target=count_up, args=(file, counter, 200))
    other.start()
    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(count_up, file, counter, 50) for _ in range(4)]:
            each.result(60)
    other.join(60)
    assert counter.read_text() == "400"
    assert file.stat().st_size == 0


def test_waiting_for_a_lock_ends_with_server_busy(tmp_path: Path) -> None:
    locks, others = FileLocks(tmp_path / "lock"), FileLocks(tmp_path / "lock")
    with (
        locks.acquire("key", 1),
        pytest.raises(ServerBusy, match="key"),
        others.acquire("key", 0.05),
    ):
        pytest.fail("the other lock holds it")
    outcome: list[type[BaseException] | None] = []

    def wait() -> None:
        try:
            with locks.acquire("key", 0.05):
                outcome.append(None)
        except ServerBusy:
            outcome.append(ServerBusy)

    with locks.acquire("key", 1):
        thread = threading.Thread(target=wait)
        thread.start()
        thread.join()
    wait()
    assert outcome == [ServerBusy, None]


def test_different_names_do_not_wait_for_each_other(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path / "lock")
    with locks.acquire("one", 1), locks.acquire("other", 0.05):
        pass


def test_lock_of_a_killed_process_is_released(tmp_path: Path) -> None:
    file, held = tmp_path / "lock", tmp_path / "held"
    process = multiprocessing.get_context("spawn").Process(target=hold, args=(file, held))
    process.start()
    while not held.exists():
        time.sleep(0.01)
    with pytest.raises(ServerBusy), FileLocks(file).acquire("key", 0.05):
        pytest.fail("the other process holds it")
    process.kill()
    process.join()
    with FileLocks(file).acquire("key", 1):
        pass


# Python 3.12 warns of forks beside threads, such as those of the test runner.
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_lock_outlasts_a_process_forked_while_it_was_held(tmp_path: Path) -> None:
    locks, others = FileLocks(tmp_path / "lock"), FileLocks(tmp_path / "lock")
    with locks.acquire("key", 1):
        child = os.fork()
        if not child:
            with locks.acquire("other", 1):
                pass
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        with pytest.raises(ServerBusy), others.acquire("key", 0.05):
            pytest.fail("the end of the child has released it")
    with others.acquire("key", 0.05):
        pass


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_locks_exclude_a_forked_process(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path / "lock")
    with locks.acquire("another", 1):  # the file is open
        pass
    (read, written), (more, go) = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        with locks.acquire("key", 1):
            os.write(written, b"held")
            os.read(more, 1)
        os._exit(0)
    os.read(read, 4)
    with pytest.raises(ServerBusy), locks.acquire("key", 0.05):
        pytest.fail("the child holds it")
    os.write(go, b"1")
    os.waitpid(child, 0)
    for pipe in (read, written, more, go):
        os.close(pipe)


def test_removed_file_of_locks_is_made_again(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path / "lock")
    with locks.acquire("one", 1):
        (tmp_path / "lock").unlink()
        with (
            locks.acquire("other", 1),
            pytest.raises(ServerBusy),
            FileLocks(tmp_path / "lock").acquire("other", 0.05),
        ):
            pytest.fail("it is held in the new file")
    assert (tmp_path / "lock").exists()


def test_disk_error_is_raised_and_releases_the_lock(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path / "missing" / "lock")
    with pytest.raises(FileNotFoundError), locks.acquire("key", 1):
        pytest.fail("there is no folder")
    (tmp_path / "missing").mkdir()
    with locks.acquire("key", 0.05):
        assert len(list((tmp_path / "missing").iterdir())) == 1


_HELD_AT_EXIT = """
import atexit, pathlib, sys
from huimages_app.cache.locks import FileLocks

held = FileLocks(pathlib.Path(sys.argv[1])).acquire("key", 1)
atexit.register(held.__exit__, None, None, None)  # runs after those that are registered later
held.__enter__()
"""


def test_lock_can_be_released_while_the_process_exits(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _HELD_AT_EXIT, str(tmp_path / "lock")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
