"""No connection is established that a stopping server would reset."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from waitress import wasyncore
from waitress.adjustments import Adjustments

from huimages_app.web.server.connections import Channel
from huimages_app.web.server.process import Server
from huimages_app.web.server.sockets import ListeningSockets, listening_sockets

Open = Callable[[], ListeningSockets]


@pytest.fixture(params=["127.0.0.1", "[::1]", "unix"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ListeningSockets]:
    if request.param == "unix":
        options = {"unix_socket": str(tmp_path / "socket")}
    else:
        options = {"listen": f"{request.param}:0"}
    opened = listening_sockets(Adjustments(**options), environ={})
    yield opened
    for one in opened.sockets:
        one.close()


def connected(listening: ListeningSockets) -> socket.socket | None:
    """Connect within a time in which loopback would always establish a connection."""
    [server] = listening.sockets
    client = socket.socket(server.family)
    client.settimeout(0.5)
    try:
        client.connect(server.getsockname())
    except OSError:
        client.close()
        return None
    return client


def test_refused_socket_accepts_waiting_connections_only(listening: ListeningSockets) -> None:
    [server] = listening.sockets
    early = connected(listening)
    assert early is not None
    listening.refuse()
    assert connected(listening) is None
    accepted, _ = server.accept()
    with early, accepted:
        early.sendall(b"hello")
        accepted.setblocking(True)
        assert accepted.recv(10) == b"hello"


def test_socket_of_systemd_is_not_refused() -> None:
    [opened] = listening_sockets(Adjustments(listen="127.0.0.1:0"), environ={}).sockets
    given = ListeningSockets([opened], outlive_it=True)
    given.refuse()
    client = connected(given)
    assert client is not None
    client.close()
    opened.close()


def test_no_connection_is_established_before_the_socket_is_closed(
    listening: ListeningSockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[socket.socket | None] = []
    close = wasyncore.dispatcher.close

    def close_late(self: Any) -> None:
        if self.socket in listening.sockets:
            found.append(connected(listening))
        close(self)

    server = Server(lambda *_: [], Adjustments(), listening)
    monkeypatch.setattr(wasyncore.dispatcher, "close", close_late)
    server.stop()
    server.run()
    assert found == [None]


def test_idle_connection_with_a_request_that_was_not_read_is_not_closed() -> None:
    ours, its = socket.socketpair()
    with its:
        listener = type("Listener", (), {"active_channels": {}})()
        channel = Channel(listener, ours, "", Adjustments(), map={})
        its.sendall(b"GET / HTTP/1.1\r\n\r\n")
        channel.close_if_idle()
        assert not channel.will_close
        ours.recv(100)
        channel.close_if_idle()
        assert channel.will_close
        channel.handle_close()
