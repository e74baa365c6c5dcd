"""The server process: graceful stop, limits of bodies, exhaustion of descriptors and disk."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest

from huimages_app.web.server import IDLE_SECONDS, SMALL_BODY
from tests.support.processes import free_port, serving

SERVER = """
import errno, resource, sys, tempfile, time
from huimages_app.web.server import serve

port, descriptors, disk = sys.argv[1:]
if int(descriptors):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(descriptors), hard))
if disk == "full":
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")
    tempfile.TemporaryFile = full

def app(environ, start_response):
    body = environ["wsgi.input"].read()
    time.sleep(float(environ["QUERY_STRING"].partition("&")[0] or 0))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]

sys.exit(serve(app, listen=f"127.0.0.1:{port}", threads="4"))
"""


class Server:
    def __init__(self, port: int, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self.process = process
        self.connections = ExitStack()
        self._log = folder / "server.log"

    def connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        return self.connections.enter_context(closing(connection))

    def get(self, path: str, connection: http.client.HTTPConnection | None = None) -> object:
        connection = connection or self.connect()
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.read() == b"ok"
        return response

    def post(self, path: str, length: int) -> http.client.HTTPResponse:
        connection = self.connect()
        connection.putrequest("POST", path)
        connection.putheader("Content-Length", str(length))
        connection.endheaders()
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before all was sent
            connection.send(bytes(length))
        return self.connections.enter_context(connection.getresponse())

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")


@contextmanager
def running(folder: Path, *, descriptors: int = 0, disk: str = "ok") -> Iterator[Server]:
    port = free_port()
    command = (sys.executable, "-c", SERVER, str(port), str(descriptors), disk)
    with serving(command, f"http://127.0.0.1:{port}/", folder=folder) as process:
        server = Server(port, folder, process)
        with server.connections:
            yield server


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_completes_current_requests(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as server:
        responses: list[object] = []
        # More requests than threads: some wait in the queue.
        threads = [
            threading.Thread(target=lambda: responses.append(server.get("/?0.7"))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.4)
        server.process.send_signal(number)
        for thread in threads:
            thread.join(20)
        assert len(responses) == 8
        assert all(response.headers["Connection"] == "close" for response in responses)
        assert server.process.wait(20) == 0


def test_idle_connection_is_served_until_it_is_closed(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        used, idle = server.connect(), server.connect()
        for connection in (used, idle):
            assert server.get("/", connection).headers["Connection"] is None
        server.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        time.sleep(0.5)
        with pytest.raises(ConnectionRefusedError):
            server.get("/")
        assert server.get("/", used).headers["Connection"] == "close"
        assert server.process.wait(20) == 0
        assert time.monotonic() - began < IDLE_SECONDS + 3


def test_second_signal_ends_process_at_once(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        connection = server.connect()
        connection.request("GET", "/?60")
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(5) == -signal.SIGTERM


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/upload", 200),
        ("/upload/api/", 200),
        ("/prefix/api/v1/images", 200),
        ("/upload?a=/x", 200),
        (f"/image/{'A' * 32}01/replace/", 200),
        (f"/prefix/api/v1/images/{'A' * 32}01/file", 200),
        (f"/api/v1/images/{'A' * 32}01", 413),
        ("/login", 413),
        ("/?/upload", 413),
        ("/image/A/tag", 413),
        ("/api/v1/images/A", 413),
        ("/uploads", 413),
    ],
)
def test_large_body_is_accepted_for_uploads_only(tmp_path: Path, path: str, status: int) -> None:
    with running(tmp_path) as server:
        assert server.post(path.replace("?", "?0&"), SMALL_BODY + 1).status == status
        assert server.post(path.replace("?", "?0&"), 1000).status == 200


def test_full_disk_while_a_body_is_received_returns_503(tmp_path: Path) -> None:
    with running(tmp_path, disk="full") as server:
        for _ in range(20):
            response = server.post("/upload", 3_000_000)
            assert (response.status, response.headers["Retry-After"]) == (503, "10")
        server.get("/")
        assert server.log.count("request body not stored error=No space left on device") == 1
        assert "Traceback" not in server.log


def test_connections_beyond_the_descriptors_wait_without_flooding_the_log(tmp_path: Path) -> None:
    with running(tmp_path, descriptors=40) as server:
        assert "connection limit lowered limit=10 descriptors=40" in server.log
        held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(60)]
        time.sleep(3)
        assert len(server.log) < 3000
        for connection in held:
            connection.close()
        server.get("/")


def test_exhausted_descriptors_pause_the_listener(tmp_path: Path) -> None:
    # The limit of connections is never below 8, so 12 descriptors do not suffice.
    with running(tmp_path, descriptors=12) as server:
        held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(30)]
        time.sleep(3)
        assert server.log.count("connection not accepted error=Too many open files") <= 1
        assert len(server.log) < 3000
        for connection in held:
            connection.close()
        server.get("/")
