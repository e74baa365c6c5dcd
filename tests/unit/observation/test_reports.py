from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from huimages_app.errors import BadSetting
from huimages_app.observation.reports import Reports
from tests.support.site import Site


class Collector(ThreadingHTTPServer):
    """An OTLP/HTTP collector that keeps what it gets."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receiver)
        self.bodies: list[bytes] = []


class _Receiver(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.mark.slow
def test_traces_are_sent_between_start_and_close(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{collector.server_port}/v1/traces"
        reports = Reports(url, 1.0, "", "")
        threads = threading.active_count()
        site.app.get("/healthz")
        reports.start()
        assert threading.active_count() > threads
        site.app.get("/healthz")
        reports.close()
        site.app.get("/healthz")
        collector.shutdown()
        thread.join()
    assert b"".join(collector.bodies).count(b"GET health.healthz") == 1
    site.close()


def test_wrong_dsn_is_refused_before_the_start() -> None:
    with pytest.raises(BadSetting, match="is no DSN"):
        Reports("", 1.0, "no dsn", "")


def test_nothing_is_started_without_settings() -> None:
    threads = threading.active_count()
    reports = Reports("", 1.0, "", "")
    reports.start()
    assert threading.active_count() == threads
    reports.close()
