"""A stub of CouchDB whose responses a test sets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from huimages_app.config.storage_settings import CouchdbSettings
from huimages_app.storage.couchdb import Server


class FakeCouch(ThreadingHTTPServer):
    """Responds to every request with `status`, `content` and headers; keeps the requests."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.content: bytes = b'{"_id": "x", "_rev": "1-a"}'
        self.chunked = False
        self.hang_up = False
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.clients: set[Any] = set()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeCouch

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fake = self.server
        fake.asked.append((self.command, self.path, dict(self.headers), body))
        fake.clients.add(self.client_address)
        self.send_response(fake.status)
        self.send_header("Content-Type", "application/json")
        if fake.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            content = b"%x\r\n%b\r\n0\r\n\r\n" % (len(fake.content), fake.content)
        else:
            self.send_header("Content-Length", str(len(fake.content)))
            content = fake.content
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = fake.hang_up

    do_GET = do_PUT = do_POST = _respond  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@pytest.fixture
def fake() -> Iterator[FakeCouch]:
    fake = FakeCouch()
    thread = threading.Thread(target=fake.serve_forever, args=(0.02,))
    thread.start()
    yield fake
    fake.shutdown()
    thread.join()
    fake.server_close()


def server_at(url: str, **settings: Any) -> Server:
    return Server(CouchdbSettings(url, **settings))


@pytest.fixture
def server(fake: FakeCouch) -> Iterator[Server]:
    server = server_at(fake.url, timeout=5)
    yield server
    server.close()
