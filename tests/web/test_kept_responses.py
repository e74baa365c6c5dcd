"""Responses that the thread of the connections sends from memory, over real connections."""

from __future__ import annotations

import http.client
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from waitress.adjustments import Adjustments

from huimages_app.app import make_app
from huimages_app.domain.formats import JPEG
from huimages_app.domain.sizes import Size
from huimages_app.factory import build_services
from huimages_app.observation import metrics
from huimages_app.services.image_patch import ImagePatch
from huimages_app.web.server.process import Server
from huimages_app.web.server.sockets import ListeningSockets
from tests.support import pictures
from tests.support.days import day
from tests.support.site import Site

StatusHeadersBody = tuple[int, dict[str, str], bytes]
CHROME = "image/avif,image/webp,*/*;q=0.8"
OF_EACH_RESPONSE = {"Date", "X-Request-Id", "X-Request-ID"}


class Counted:
    """An application that counts its requests; the server may respond without it."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.kept_responses = app.kept_responses
        self.requests = 0

    def __call__(self, environ: Any, start_response: Any) -> Any:
        self.requests += 1
        return self._app(environ, start_response)


class Running:
    """A site on a port, and a connection to it."""

    def __init__(self, site: Site, app: Any) -> None:
        self.site = site
        self.app = app
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        options = Adjustments(threads=4, ident="")
        self._server = Server(app, options, ListeningSockets([self._listening]))
        self._is_stopped = False
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        self.connection = self.connect()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def get(self, path: str, method: str = "GET", **headers: str) -> StatusHeadersBody:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, headers=named)
        response = self.connection.getresponse()
        body = response.read()
        return response.status, dict(response.getheaders()), body

    def reaches_application(self, path: str, method: str = "GET", **headers: str) -> bool:
        """Return whether the second of two same requests reaches the application."""
        self.get(path, method, **headers)
        before = self.app.requests
        self.get(path, method, **headers)
        return bool(self.app.requests > before)

    def stop(self) -> None:
        self._is_stopped = True
        self._server.stop()

    def end(self) -> None:
        self.connection.close()
        if not self._is_stopped:
            self.stop()
        self._thread.join(20)


@pytest.fixture
def running(site: Site) -> Iterator[Running]:
    running = Running(site, Counted(make_app(site.settings, site.services)))
    yield running
    running.end()


@pytest.fixture
def path(running: Running) -> str:
    """The path of a rendition that is kept in memory."""
    image_id = running.site.upload(pictures.photo(width=300, height=200))
    path = f"/64x64/{image_id}/red.jpeg"
    running.get(path)  # makes it
    running.get(path)
    return path


def file_of(running: Running, path: str) -> Path:
    size, image_id = path.split("/")[1:3]
    found = running.site.services.renditions.find(image_id, Size.parse(size), JPEG)
    assert found is not None
    found.close()
    assert found.cached is not None
    return found.cached


def comparable(response: StatusHeadersBody) -> tuple[int, list[tuple[str, str]], bytes]:
    status, headers, body = response
    kept = [(name.lower(), headers[name]) for name in headers.keys() - OF_EACH_RESPONSE]
    return status, sorted(kept), body


def test_kept_response_is_that_of_the_application(running: Running, path: str) -> None:
    before = running.app.requests
    kept, again = running.get(path), running.get(path)
    assert running.app.requests == before
    other = running.get(path, X_Request_ID="a-proxy")
    assert running.app.requests == before + 1
    assert comparable(kept) == comparable(other)
    assert kept[1]["X-Request-ID"] != again[1]["X-Request-ID"]
    assert kept[1].keys() >= {"Date", "Content-Length", "Last-Modified", "Cache-Control"}


def test_kept_response_is_sent_to_other_pictures_of_a_page(running: Running, path: str) -> None:
    other = path.replace("red", "blue")
    first = {"Accept": CHROME, "Cookie": "a=b", "Referer": "http://127.0.0.1/all/"}
    assert not running.reaches_application(other, **first)
    before = running.app.requests
    # Each picture was sent once, to this client or to another.
    running.get(path, **first)
    assert running.app.requests == before + 1
    running.get(path, **first)
    assert running.app.requests == before + 1


def test_kept_response_depends_on_accept_where_it_chooses_the_format(running: Running) -> None:
    image_id = running.site.upload(pictures.photo(width=300, height=200))
    path = f"/64x64/{image_id}.auto"
    for accept, contenttype in (("image/webp", "image/webp"), ("*/*", "image/jpeg")):
        for _ in range(3):
            running.get(path, Accept=accept)
            running.site.services.worker.join()
        before = running.app.requests
        assert running.get(path, Accept=accept)[1]["Content-Type"] == contenttype
        assert running.app.requests == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-1"},
        {"If_Modified_Since": "Sat, 01 Jan 2050 00:00:00 GMT"},
        {"Connection": "close"},
        {"X_Request_ID": "a"},
        {"X_Forwarded_Proto": "https"},
        {"Content_Length": "0"},
    ],
)
def test_request_with_other_response_reaches_application(
    running: Running, path: str, headers: dict[str, str]
) -> None:
    assert running.reaches_application(path, **headers)


def test_other_method_or_url_reaches_application(running: Running, path: str) -> None:
    assert running.reaches_application(path, "HEAD")
    assert running.reaches_application(f"{path}?s=x")
    assert running.reaches_application("/65x65/" + path.split("/", 2)[2])
    assert running.reaches_application("/healthz")


def test_older_protocol_reaches_application(running: Running, path: str) -> None:
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", running.port), timeout=20) as client:
            client.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
            with client.makefile("rb") as received:
                assert received.readline() == b"HTTP/1.0 200 OK\r\n"
                assert b"Connection: close" in received.read()


def test_large_rendition_is_not_kept(running: Running) -> None:
    image_id = running.site.upload(pictures.photo(width=600, height=400))
    assert running.reaches_application(f"/600x400/{image_id}.png")


def test_replaced_file_is_sent(running: Running, path: str) -> None:
    file = file_of(running, path)
    status = file.stat()
    new = file.with_name("new")
    new.write_bytes(bytes(status.st_size))
    os.utime(new, ns=(time.time_ns(), status.st_mtime_ns))
    new.rename(file)
    assert running.get(path)[2] == bytes(status.st_size)
    assert running.get(path)[2] == bytes(status.st_size)


def test_image_trashed_by_another_process_is_not_sent(running: Running, path: str) -> None:
    assert running.get(path)[0] == 200
    other = build_services(running.site.settings)
    other.editing.trash(path.split("/")[2])
    other.close()
    assert running.get(path)[0] == 404


def test_image_whose_rights_end_is_checked(running: Running, path: str) -> None:
    image_id = path.split("/")[2]
    other = build_services(running.site.settings)
    other.editing.update(image_id, ImagePatch(rights={"until": day(-1)}))
    other.close()
    assert running.get(path)[0] == 410


def test_use_is_noted_once_a_day(running: Running, path: str) -> None:
    file = file_of(running, path)
    two_days_ago = time.time_ns() - 2 * 24 * 60 * 60 * 10**9
    os.utime(file, ns=(two_days_ago, file.stat().st_mtime_ns))
    running.get(path)
    assert file.stat().st_atime > time.time() - 60
    assert not running.reaches_application(path)


def test_kept_responses_are_counted_as_hits(running: Running, path: str) -> None:
    series = {"view": "cache_hit", "method": "GET", "status": "200"}

    def counted() -> tuple[float | None, float | None]:
        return (
            metrics.REGISTRY.get_sample_value("huimages_requests_total", series),
            metrics.REGISTRY.get_sample_value("huimages_cache_hits_total"),
        )

    requests, hits = counted()
    before = running.app.requests
    for _ in range(3):
        running.get(path)
    assert running.app.requests == before
    assert counted() == ((requests or 0) + 3, (hits or 0) + 3)


def test_client_that_reads_slowly_gets_all_responses(running: Running) -> None:
    image_id = running.site.upload(pictures.photo(width=200, height=150))
    path = f"/200x150/{image_id}.png"
    for _ in range(2):
        body = running.get(path, Accept_Encoding="identity")[2]
    assert 30_000 < len(body) < 64_000
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(20)
        client.connect(("127.0.0.1", running.port))
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n\r\n".encode()
        sender = threading.Thread(target=lambda: [client.sendall(request) for _ in range(300)])
        sender.start()
        time.sleep(0.5)
        with client.makefile("rb") as received:
            for _ in range(300):
                assert received.readline() == b"HTTP/1.1 200 OK\r\n"
                while received.readline() != b"\r\n":
                    pass
                assert received.read(len(body)) == body
        sender.join()


def test_stopping_server_closes_connections_with_their_responses(
    running: Running, path: str
) -> None:
    running.get(path)
    running.stop()
    time.sleep(0.5)
    assert running.get(path)[1]["Connection"] == "close"


def test_application_inside_another_gets_all_requests(site: Site) -> None:
    app = make_app(site.settings, site.services)
    reached: list[str] = []

    def around(environ: Any, start_response: Any) -> Any:
        reached.append(environ["PATH_INFO"])
        return app(environ, start_response)

    running = Running(site, around)
    with closing(running.connection):
        image_id = site.upload(pictures.photo())
        for _ in range(4):
            running.get(f"/64x64/{image_id}")
    running.end()
    assert len(reached) == 4


def test_without_memory_all_requests_reach_application(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"cache.memory": "0"})
    app = make_app(site.settings, site.services)
    assert not hasattr(app, "kept_responses")
    site.close()
