"""Several processes on one socket: death, new versions, systemd, graceful stop."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.processes import free_port, serving
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

# The version is read when the program is loaded.
SERVER = """
import os, sys, time
from pathlib import Path
from huimages_app.web import lifecycle
from huimages_app.web.server import serve

port, workers, folder = sys.argv[1:]
version = Path(folder, "version").read_text()
if version == "broken":
    raise ValueError("a mistake in the new version")
started = []

def start():
    if Path(folder, "fails").exists():
        sys.exit("the start failed")
    started.append(os.getpid())

def close():
    Path(folder, f"closed-{os.getpid()}").touch()

def app(environ, start_response):
    assert started == [os.getpid()]
    seconds = environ["QUERY_STRING"]
    time.sleep(float(seconds or 0))
    body = f"{version} {os.getpid()}".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]

lifecycle.register(lifecycle.Site(int(workers), start, close))
sys.exit(serve(app, listen=f"127.0.0.1:{port}", threads="4"))
"""
TIMEOUT = 120


class Server:
    def __init__(self, port: int, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self.folder = folder
        self.process = process

    def get(self, path: str = "/") -> tuple[str, int]:
        """Return the version and the process that responded."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read().decode()
        assert response.status == 200
        version, process = body.split()
        return version, int(process)

    def workers(self) -> set[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(word) for word in children.read_text().split()}

    @property
    def log(self) -> str:
        return (self.folder / "server.log").read_text(encoding="utf-8")


class Load:
    """Clients that send requests one after the other, each on a new connection."""

    def __init__(self, server: Server) -> None:
        self.results: Counter[str] = Counter()
        self._server = server
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(4)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.results[self._server.get("/?0.01")[0]] += 1
            except (OSError, http.client.HTTPException, AssertionError) as error:
                self.results[repr(error)] += 1


@contextmanager
def running(folder: Path, workers: int = 2) -> Iterator[Server]:
    (folder / "version").write_text("old")
    port = free_port()
    command = (sys.executable, "-c", SERVER, str(port), str(workers), str(folder))
    with serving(command, f"http://127.0.0.1:{port}/", folder=folder) as process:
        server = Server(port, folder, process)
        wait_until(lambda: len(server.workers()) == workers)
        yield server


def accepts(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port)).close()
    except ConnectionRefusedError:
        return False
    return True


def test_all_workers_serve_the_same_socket(tmp_path: Path) -> None:
    with running(tmp_path, workers=3) as server:
        workers = server.workers()
        assert len(workers) == 3
        seen: set[int] = set()

        def ask() -> None:
            while seen != workers:
                seen.add(server.get("/?0.02")[1])

        threads = [threading.Thread(target=ask) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(TIMEOUT)
        assert seen == workers


def test_dead_worker_is_replaced_and_the_others_serve(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        before = server.workers()
        victim = min(before)
        os.kill(victim, signal.SIGKILL)
        for _ in range(20):
            server.get()
        wait_until(lambda: len(server.workers() - {victim}) == 2)
        assert before - {victim} < server.workers()
        assert f"worker ended process={victim} status=-9" in server.log


def test_worker_that_cannot_start_is_started_again_after_growing_pauses(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        (tmp_path / "fails").touch()
        for victim in server.workers():
            os.kill(victim, signal.SIGKILL)
        wait_until(lambda: "pause=2.0" in server.log)
        assert server.log.index("pause=1.0") < server.log.index("pause=2.0")
        (tmp_path / "fails").unlink()
        wait_until(lambda: len(server.workers()) == 2)
        assert server.get()[0] == "old"


@pytest.mark.parametrize("to_all", [False, True])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_completes_current_requests(
    tmp_path: Path, number: signal.Signals, to_all: bool
) -> None:
    with running(tmp_path) as server:
        workers = server.workers()
        results: list[tuple[str, int]] = []
        # More requests than threads: some wait in the queue.
        threads = [
            threading.Thread(target=lambda: results.append(server.get("/?0.5"))) for _ in range(12)
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        # A terminal and systemd send signals to all processes.
        if to_all:
            os.killpg(server.process.pid, number)
        else:
            server.process.send_signal(number)
        for thread in threads:
            thread.join(TIMEOUT)
        assert len(results) == 12
        assert server.process.wait(TIMEOUT) == 0
        assert {f"closed-{process}" for process in workers} <= {p.name for p in tmp_path.iterdir()}


def test_second_signal_ends_all_at_once(tmp_path: Path) -> None:
    host = "127.0.0.1"
    with (
        running(tmp_path) as server,
        closing(socket.create_connection((host, server.port))) as connection,
    ):
        connection.send(b"GET /?60 HTTP/1.0\r\n\r\n")
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not accepts(host, server.port))
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(20)


def test_killed_supervisor_leaves_no_worker(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        workers = server.workers()
        server.process.kill()
        wait_until(lambda: not any(Path(f"/proc/{process}").exists() for process in workers))


def test_hangup_hands_over_to_the_new_version_without_a_failed_request(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        old = server.workers()
        with Load(server) as load:
            wait_until(lambda: load.results["old"] > 20)
            (tmp_path / "version").write_text("new")
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: not old & server.workers())
            wait_until(lambda: load.results["new"] > 20)
        assert set(load.results) == {"old", "new"}, load.results
        assert server.process.poll() is None
        assert len(server.workers()) == 2
        # Once more, from the process that has taken over.
        (tmp_path / "version").write_text("newest")
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: server.get()[0] == "newest")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(TIMEOUT) == 0


def test_new_version_that_cannot_be_loaded_leaves_the_old_one(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        workers = server.workers()
        (tmp_path / "version").write_text("broken")
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "new version cannot be loaded; the old one goes on" in server.log)
        assert "a mistake in the new version" in server.log
        assert server.get()[0] == "old"
        assert server.workers() == workers


def test_new_version_whose_workers_fail_leaves_the_old_workers(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        old = server.workers()
        (tmp_path / "version").write_text("new")
        (tmp_path / "fails").touch()
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "pause=1.0" in server.log)
        assert server.get()[0] == "old"
        (tmp_path / "fails").unlink()
        wait_until(lambda: not old & server.workers())
        assert server.get()[0] == "new"


ACTIVATOR = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_socket_of_systemd_is_served(tmp_path: Path, workers: int) -> None:
    (tmp_path / "version").write_text("old")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        # The port in the options is taken by another program, and not used.
        command = [sys.executable, "-c", ACTIVATOR, str(listening.fileno())]
        command += ["-c", SERVER, "1", str(workers), str(tmp_path)]
        process = subprocess.Popen(command, pass_fds=[listening.fileno()], start_new_session=True)
        server = Server(port, tmp_path, process)
        try:
            assert server.get()[0] == "old"
        finally:
            process.terminate()
            assert process.wait(TIMEOUT) == 0
