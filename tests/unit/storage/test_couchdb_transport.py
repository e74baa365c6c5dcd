"""Requests to CouchDB: connections, and responses of all kinds."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys

import pytest

from huimages_app.errors import StorageUnavailable
from huimages_app.storage.couchdb import Server
from huimages_app.storage.couchdb.database import Forbidden

from .conftest import FakeCouch


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


def test_import_prints_no_warning() -> None:
    program = "import huimages_app.storage.couchdb"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stderr == ""
