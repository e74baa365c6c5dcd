"""Several nodes of CouchDB: the next one is used while the first one is down."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from huimages_app.errors import StorageUnavailable
from huimages_app.storage.couchdb import transport
from tests.support.processes import free_port

from .conftest import FakeCouch, server_at


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
