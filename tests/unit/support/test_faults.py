"""The fault proxy, which other tests rely on."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.faults import Fault, FaultProxy
from tests.support.s3 import self_signed

BODY = b"0123456789" * 5000


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that close the connection early, as these tests do."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen = 0

    def do_GET(self) -> None:
        Handler.seen += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def proxy() -> Iterator[FaultProxy]:
    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    with FaultProxy(server.server_address[1]) as proxy:
        yield proxy
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def client(proxy: FaultProxy) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=proxy.url, timeout=0.4, trust_env=False) as client:
        assert client.get("/").content == BODY
        yield client


@pytest.mark.parametrize(
    "fault",
    [
        Fault(frozen=True),
        Fault(garbage=b"\x00\xff not HTTP\r\n"),
        Fault(lost_answer=True),
        Fault(cut_response=100),
        Fault(cut_response=20_000),
        Fault(cut_request=10),
        Fault(delay=1),
    ],
)
def test_fault_fails_a_request_and_ends(
    proxy: FaultProxy, client: httpx.Client, fault: Fault
) -> None:
    with proxy.broken(fault), pytest.raises(httpx.TransportError):
        client.get("/")
    assert client.get("/").content == BODY


def test_refused_connection_fails(proxy: FaultProxy) -> None:
    with proxy.broken(Fault(refused=True)), pytest.raises(httpx.TransportError):
        httpx.get(proxy.url, trust_env=False)


def test_lost_response_is_of_a_request_that_arrived(
    proxy: FaultProxy, client: httpx.Client
) -> None:
    before = Handler.seen
    with proxy.broken(Fault(lost_answer=True)), pytest.raises(httpx.TransportError):
        client.get("/")
    assert Handler.seen == before + 1


def test_fault_ends_after_the_given_times(proxy: FaultProxy, client: httpx.Client) -> None:
    with proxy.broken(Fault(cut_response=100), times=1):
        with pytest.raises(httpx.TransportError):
            client.get("/")
        assert client.get("/").content == BODY


def test_delay_slows_a_response(proxy: FaultProxy, client: httpx.Client) -> None:
    start = time.monotonic()
    with proxy.broken(Fault(delay=0.1)):
        assert client.get("/").content == BODY
    assert time.monotonic() - start >= 0.1


def test_request_body_that_is_cut_fails(proxy: FaultProxy, client: httpx.Client) -> None:
    with proxy.broken(Fault(cut_request=20_000)), pytest.raises(httpx.TransportError):
        client.put("/", content=BODY)


def test_fault_applies_to_matching_requests_only(proxy: FaultProxy, client: httpx.Client) -> None:
    with proxy.broken(Fault(only=b"PUT ", cut_response=100)):
        assert client.get("/").content == BODY
        with pytest.raises(httpx.TransportError):
            client.put("/", content=BODY)
        assert client.get("/").content == BODY


def test_proxy_stops_after_a_tls_client_closed_first(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=certificate)
    with (
        socket.create_server(("127.0.0.1", 0)) as upstream,
        FaultProxy(upstream.getsockname()[1], tls=context) as proxy,
    ):
        raw = socket.create_connection(("127.0.0.1", proxy.port))
        with trusting.wrap_socket(raw, server_hostname="127.0.0.1") as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            forwarded, _ = upstream.accept()
        with forwarded:
            while forwarded.recv(1000):  # until the proxy has seen the client leave
                pass
