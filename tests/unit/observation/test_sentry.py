from __future__ import annotations

import gzip
import json
import logging
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from huimages_app.errors import BadSetting
from huimages_app.observation import request_ids, sentry

log = logging.getLogger("huimages_app.test_sentry")


class Sink(ThreadingHTTPServer):
    """A server that accepts reports and keeps their events."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receiver)
        self.texts: list[str] = []

    @property
    def dsn(self) -> str:
        return f"http://key@127.0.0.1:{self.server_port}/1"

    def events(self) -> list[dict[str, object]]:
        items = [json.loads(line) for text in self.texts for line in text.splitlines()]
        return [item for item in items if "level" in item]


class _Receiver(BaseHTTPRequestHandler):
    server: Sink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.texts.append(body.decode())
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_error_is_reported_with_request_id_and_without_secrets(sink: Sink) -> None:
    log.setLevel(logging.INFO)
    end = sentry.set_up(sink.dsn, "staging")
    request_ids.begin("edge-1")
    password = "-".join(["value", "of", "variable"])
    log.info("before url=%s", "/9x9/A.jpeg?s=AbCdEf")
    try:
        raise ValueError(f"token hui_{'x' * 43} in {len(password)}")
    except ValueError:
        log.exception("request failed path=%s", "/9x9/A.jpeg?s=AbCdEf")
    log.warning("no error")
    end()
    (event,) = sink.events()
    assert event["tags"] == {"request": "edge-1"}
    assert event["environment"] == "staging"
    assert event["logger"] == "huimages_app.test_sentry"
    text = "\n".join(sink.texts)
    assert "ValueError" in text
    assert "before url=/9x9/A.jpeg?s=[hidden]" in text
    for secret in ("AbCdEf", "hui_xxx", password):
        assert secret not in text


def test_nothing_is_sent_after_the_end(sink: Sink) -> None:
    sentry.set_up(sink.dsn, "")()
    log.error("too late")
    assert sink.texts == []


def test_wrong_dsn_stops_the_start() -> None:
    with pytest.raises(BadSetting, match="is no DSN; expected https://KEY@HOST/PROJECT"):
        sentry.require("no dsn")


def test_missing_package_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentry_sdk.utils", None)
    with pytest.raises(BadSetting, match=r"pip install 'huimages\[sentry\]'"):
        sentry.require("https://key@sentry.example.com/1")
