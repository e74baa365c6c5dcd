"""Requests to CouchDB: TLS, credentials, connections, and responses of all kinds."""

from __future__ import annotations

import io
import json
import logging
import os
import resource
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import couchdb
import pytest

from huimages_app.config.storage_settings import CouchdbSettings
from huimages_app.errors import BadSetting, StorageUnavailable
from huimages_app.storage.couchdb import Server, transport
from huimages_app.storage.couchdb.database import Forbidden
from tests.support.processes import free_port


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
        """Be silent."""


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


def test_connections_are_reused(fake: FakeCouch, server: Server) -> None:
    for chunked in (False, True):
        fake.chunked = chunked
        for _ in range(5):
            assert server.database("db").get("x") == {"_id": "x", "_rev": "1-a"}
    assert len(fake.clients) == 1


def test_closed_connection_is_replaced(fake: FakeCouch, server: Server) -> None:
    fake.hang_up = True
    for _ in range(3):
        assert server.database("db").get("x")
    assert len(fake.clients) == 3
    assert len(fake.asked) == 3


def test_file_descriptors_above_1024_work(fake: FakeCouch, server: Server) -> None:
    """`select` knows those up to 1023 only, and a web server with many clients has more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(2000, hard), hard))
    low = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        for _ in range(3):
            assert server.database("db").get("x")
    finally:
        for descriptor in low:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(fake.clients) == 1


@pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")  # Python 3.12
def test_forked_process_opens_its_own_connection(fake: FakeCouch, server: Server) -> None:
    server.database("db").get("x")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"ok" if server.database("db").get("x") else b"no")
        os._exit(0)
    assert os.read(reading, 2) == b"ok"
    os.waitpid(child, 0)
    os.close(reading)
    os.close(writing)
    server.database("db").get("x")
    assert len(fake.clients) == 2


@pytest.mark.parametrize("chunked", [False, True])
def test_error_responses_of_any_size_are_parsed(
    fake: FakeCouch, server: Server, chunked: bool
) -> None:
    """The client's own session stumbles over long and chunked ones."""
    database = server.database("db")
    fake.chunked = chunked
    for padding in (0, 20_000):
        fake.content = json.dumps(
            {"error": "not_found", "reason": "missing" + " " * padding}
        ).encode()
        fake.status = 404
        assert database.get("x") is None
        fake.status = 403
        with pytest.raises(Forbidden):
            database.get("x")
        for status in (400, 429, 500, 503):
            fake.status = status
            with pytest.raises(StorageUnavailable, match=str(status)):
                database.get("x")
    assert len(fake.clients) == 1


def test_missing_database_raises_instead_of_missing_document(
    fake: FakeCouch, server: Server
) -> None:
    fake.status = 404
    for reason in ("Database does not exist.", "no_db_file"):
        fake.content = json.dumps({"error": "not_found", "reason": reason}).encode()
        with pytest.raises(StorageUnavailable, match="no database 'db'"):
            server.database("db").get("x")
        with pytest.raises(StorageUnavailable, match="no database 'db'"):
            server.database("db").attachment("x", "y", io.BytesIO(), seconds=1)
        with pytest.raises(StorageUnavailable, match="no database 'db'"):
            server.database("db").size()
        with pytest.raises(StorageUnavailable, match="no database 'db'"):
            server.database("db").get_many(["x"])
    fake.content = b'{"error": "not_found", "reason": "missing_named_view"}'
    with pytest.raises(StorageUnavailable, match="'huimages setup' installs it"):
        server.database("db").rows("by_time")
    fake.content = b'["no object"]'
    with pytest.raises(StorageUnavailable):
        server.database("db").get("x")


def test_response_with_another_document_raises(fake: FakeCouch, server: Server) -> None:
    with pytest.raises(StorageUnavailable, match="invalid response"):
        server.database("db").get("y")


def test_changes_since_unknown_sequence_raises(fake: FakeCouch, server: Server) -> None:
    fake.status, fake.content = 400, b'{"error": "bad_request", "reason": "Malformed sequence"}'
    with pytest.raises(ValueError, match="no sequence"):
        server.database("db").changes("x", 10)
    fake.status = 500
    with pytest.raises(StorageUnavailable):
        server.database("db").changes("x", 10)


@pytest.mark.parametrize("password", ["pass", "p@ss:w/o%rd ü", "%40"])
@pytest.mark.parametrize("by", ["settings", "url", "both"])
def test_credentials_are_sent_and_never_shown(
    fake: FakeCouch, password: str, by: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    if by == "settings":
        server = server_at(fake.url, username="vera@home", password=password)
    elif by == "both":  # the password from a file
        server = server_at(f"http://vera%40home@{fake.host}/", password=password)
    else:
        quoted = couchdb.http.quote(password)
        server = server_at(f"http://vera%40home:{quoted}@{fake.host}/")
    server.database("db").get("x")
    asked = fake.asked[-1]
    assert asked[1] == "/db/x"
    assert asked[2]["Authorization"] == couchdb.http.basic_auth(("vera@home", password)).decode()
    fake.status, fake.content = 401, b'{"error": "unauthorized", "reason": "wrong password"}'
    with pytest.raises(Forbidden) as raised:
        server.database("db").get("x")
    server.close()
    fake.status = 500
    with pytest.raises(StorageUnavailable) as down:
        server.database("db").get("x")
    server.close()
    for said in (str(raised.value), repr(raised.value.__cause__), str(down.value), caplog.text):
        assert password not in said.replace("password", "")


@pytest.mark.parametrize(
    ("url", "given", "missing"),
    [
        ("http://vera@host/", {}, "password"),
        ("http://host/", {"username": "vera"}, "password"),
        ("http://host/", {"password": "secret"}, "username"),
    ],
)
def test_incomplete_credentials_raise_bad_setting(
    url: str, given: dict[str, str], missing: str
) -> None:
    with pytest.raises(BadSetting, match=rf"'huimages\.couchdb\.{missing}' is missing") as raised:
        server_at(url, **given)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("url", ["", "localhost:5984", "ftp://x/", "http:///db"])
def test_invalid_url_raises_bad_setting(url: str) -> None:
    with pytest.raises(BadSetting, match=r"huimages\.couchdb\.url"):
        server_at(url)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of 127.0.0.1, by itself; with its key in the same file."""
    file = tmp_path / "certificate.pem"
    key = tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=couchdb.test",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", file],
        check=True, capture_output=True,
    )  # fmt: skip
    file.write_text(file.read_text() + key.read_text())
    return file


def test_tls_verifies_certificate_and_host(fake: FakeCouch, certificate: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    fake.socket = context.wrap_socket(fake.socket, server_side=True)
    url = f"https://{fake.host}/"
    trusting = server_at(url, ca_bundle=str(certificate))
    for _ in range(2):
        assert trusting.database("db").get("x")
    trusting.close()
    assert len(fake.clients) == 1
    with pytest.raises(StorageUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        server_at(url).database("db").get("x")
    elsewhere = server_at(url.replace("127.0.0.1", "localhost"), ca_bundle=str(certificate))
    with pytest.raises(StorageUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        elsewhere.database("db").get("x")


def test_missing_ca_bundle_raises_bad_setting(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="CA bundle"):
        server_at("https://127.0.0.1/", ca_bundle=str(tmp_path / "missing.pem"))


@pytest.fixture
def second() -> Iterator[FakeCouch]:
    second = FakeCouch()
    thread = threading.Thread(target=second.serve_forever, args=(0.02,))
    thread.start()
    yield second
    second.shutdown()
    thread.join()
    second.server_close()


def test_first_node_gets_all_requests_while_it_responds(fake: FakeCouch, second: FakeCouch) -> None:
    server = server_at(f"{fake.url}\n  {second.url}", username="vera", password="secret")
    for _ in range(3):
        assert server.database("db").get("x")
    assert (len(fake.asked), len(second.asked)) == (3, 0)
    server.close()


@pytest.mark.parametrize("down", ["refused", "status 503"])
def test_next_node_is_used_until_the_first_one_responds_again(
    fake: FakeCouch,
    second: FakeCouch,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    down: str,
) -> None:
    monkeypatch.setattr(transport, "_HEAL", 0.2)
    first = f"http://127.0.0.1:{free_port()}/" if down == "refused" else fake.url
    fake.status = 503
    server = server_at(f"{first} {second.url}")
    database = server.database("db")
    for _ in range(3):
        assert database.get("x")
    assert len(second.asked) == 3
    assert len(fake.asked) == (down == "status 503")  # it is not asked for every request
    assert f"couchdb node changed url={second.url.rstrip('/')}" in caplog.text
    if down == "status 503":
        fake.status = 200
        time.sleep(0.3)
        for _ in range(2):
            assert database.get("x")
        assert (len(fake.asked), len(second.asked)) == (3, 3)
    server.close()


def test_all_nodes_down_is_an_error_without_credentials() -> None:
    urls = [f"http://vera:secret@127.0.0.1:{free_port()}/" for _ in range(2)]
    server = server_at(" ".join(urls))
    with pytest.raises(StorageUnavailable, match="sent no response to GET /db/x") as raised:
        server.database("db").get("x")
    assert "secret" not in str(raised.value)


def test_error_status_of_one_node_is_not_sent_to_the_next(
    fake: FakeCouch, second: FakeCouch
) -> None:
    fake.status, fake.content = 409, b'{"error": "conflict", "reason": "Document update conflict."}'
    server = server_at(f"{fake.url} {second.url}")
    with pytest.raises(StorageUnavailable, match="conflict"):
        server.database("db").get("x")
    assert second.asked == []
    server.close()


def test_import_prints_no_warning() -> None:
    program = "import huimages_app.storage.couchdb"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stderr == ""
