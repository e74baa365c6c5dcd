from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from huimages_app.purging.caches import CommandCache, HttpCache, PurgeFailed

IMAGE = "A" * 32 + "01"


class Cache(ThreadingHTTPServer):
    """A cache that keeps the requests it gets, and responds with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.seen: list[tuple[str, str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Cache

    def respond(self) -> None:
        self.server.seen.append((self.command, self.path, self.headers["X-Key"]))
        self.send_response(self.server.status)
        if self.server.status // 100 == 3:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_PURGE = do_BAN = respond  # noqa: N815 - names of http.server

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Cache]:
    with Cache() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def http(url: str, method: str = "PURGE", timeout: float = 10) -> HttpCache:
    return HttpCache(method, url + "/p/{id}*", {"X-Key": "secret"}, timeout)


def test_request_has_method_image_and_headers(server: Cache) -> None:
    for method in ("PURGE", "BAN"):
        http(server.url, method).purge(IMAGE)
    assert server.seen == [(method, f"/p/{IMAGE}*", "secret") for method in ("PURGE", "BAN")]


@pytest.mark.parametrize("status", [301, 307, 403, 404, 500, 503])
def test_other_status_fails_and_is_not_followed(server: Cache, status: int) -> None:
    server.status = status
    with pytest.raises(PurgeFailed, match=f"status {status}.*; expected 200 to 299"):
        http(server.url).purge(IMAGE)
    assert len(server.seen) == 1


def test_closed_port_fails() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(PurgeFailed, match="refused"):
        http(url).purge(IMAGE)


@pytest.mark.parametrize("pieces", [[], [b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"] * 1000])
def test_silent_and_trickling_caches_are_left_after_the_timeout(pieces: list[bytes]) -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def trickle() -> None:
            connection, _ = listener.accept()
            with connection:
                for piece in pieces:
                    try:
                        connection.sendall(piece)
                    except OSError:
                        return
                    if stop.wait(0.1):
                        return
                stop.wait()

        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        begun = time.monotonic()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(PurgeFailed):
            http(url, timeout=0.5).purge(IMAGE)
        assert time.monotonic() - begun < 30
        stop.set()
        thread.join()


def script(folder: Path, text: str) -> list[str]:
    path = folder / "purge"
    path.write_text(text, encoding="utf-8")
    return [sys.executable, str(path), "{id}", "a b;$(touch x)"]


def test_command_gets_words_without_a_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIMAGES_SECRET", "secret")
    monkeypatch.setenv("CDN_KEY", "key")
    monkeypatch.chdir(tmp_path)
    words = script(
        tmp_path,
        "import json, os, sys\n"
        "names = [n for n in os.environ if n.startswith(('HUIMAGES', 'CDN'))]\n"
        "open('seen', 'w').write(json.dumps([sys.argv[1:], names, sys.stdin.read()]))\n",
    )
    CommandCache(words, 30).purge(IMAGE)
    assert (tmp_path / "seen").read_text() == (f'[["{IMAGE}", "a b;$(touch x)"], ["CDN_KEY"], ""]')
    assert not (tmp_path / "x").exists()


def test_failing_command_is_reported_with_its_output(tmp_path: Path) -> None:
    words = script(tmp_path, "import sys; sys.exit('no such zone\\n' * 100)")
    with pytest.raises(PurgeFailed, match=r"\Astatus 1: no such zone[\s\S]{0,200}\Z"):
        CommandCache(words, 30).purge(IMAGE)


def test_missing_command_is_reported() -> None:
    with pytest.raises(PurgeFailed, match="not started: No such file or directory"):
        CommandCache(["/no/such/command", "{id}"], 1).purge(IMAGE)


def test_hanging_command_is_stopped_with_its_children(tmp_path: Path) -> None:
    child = tmp_path / "child"
    words = script(
        tmp_path,
        "import subprocess, sys, time\n"
        "process = subprocess.Popen(['sleep', '600'])\n"
        f"open({str(child)!r}, 'w').write(str(process.pid))\n"
        "process.wait()\n",
    )
    begun = time.monotonic()
    with pytest.raises(PurgeFailed, match="stopped after 3 seconds"):
        CommandCache(words, 3).purge(IMAGE)
    assert time.monotonic() - begun < 60
    pid = int(child.read_text())
    deadline = time.monotonic() + 30
    while is_running(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_names_of_caches_contain_no_paths_and_keys_differ() -> None:
    first = HttpCache("PURGE", "https://cdn.example/zone-token/{id}", {}, 1)
    second = HttpCache("PURGE", "https://cdn.example/other/{id}", {}, 1)
    assert first.name == "PURGE https://cdn.example"
    assert first.key != second.key
