"""Originals while S3 is stopped, frozen, slow or returns garbage.  None is stored incompletely."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.errors import StorageUnavailable, UnknownImage
from huimages_app.storage.originals.s3 import S3Originals
from tests.contract.originals_samples import INFO, read, stored
from tests.support.faults import Fault, FaultProxy
from tests.support.s3 import S3Server

LARGE = os.urandom(400_000)
LARGE_ID = image_id(LARGE)
NEW = os.urandom(300_000)
NEW_ID = image_id(NEW)
OTHER_ID = image_id(b"something else")

GARBAGE = [
    b"\x00\xff\x00 this is not HTTP at all\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<html>a proxy's page of its own</html>",
    b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>a page without a length</html>",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nno chunk\r\n",
    b"HTTP/1.1 500 Oops\r\nContent-Length: 5\r\n\r\n<Err>",
    b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 301 Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
]


@pytest.fixture(scope="module")
def server(s3_store: S3Server) -> S3Server:
    return s3_store


@pytest.fixture(scope="module")
def proxy(server: S3Server) -> Iterator[FaultProxy]:
    with FaultProxy(server.port) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def bucket(server: S3Server) -> str:
    return server.place().bucket


@pytest.fixture(scope="module")
def unhurried(server: S3Server, proxy: FaultProxy, bucket: str) -> Iterator[S3Originals]:
    """A store with long timeouts, for calls that must succeed on a busy machine."""
    location = server.place(
        proxy.url, bucket, connect_timeout=20.0, read_timeout=20.0, deadline=60.0
    )
    store = S3Originals(location)
    yield store
    store.close()


@pytest.fixture(scope="module")
def impatient(server: S3Server, proxy: FaultProxy, bucket: str) -> Iterator[S3Originals]:
    """A store with short timeouts, for calls that must fail."""
    location = server.place(proxy.url, bucket, connect_timeout=0.3, read_timeout=0.3, deadline=1.5)
    store = S3Originals(location)
    yield store
    store.close()


@pytest.fixture
def originals(unhurried: S3Originals) -> S3Originals:
    """The store with long timeouts, one large original and nothing else."""
    for identifier in unhurried.ids():
        unhurried.delete(identifier)
    stored(unhurried, LARGE)
    return unhurried


@pytest.fixture
def recovers(originals: S3Originals) -> Iterator[None]:
    """Check after the test that everything works and no original is incomplete."""
    yield
    assert read(originals, LARGE_ID) == LARGE
    # A put whose response was lost may be stored, and then it is complete.
    assert originals.length(NEW_ID) in {None, len(NEW)}
    originals.put(NEW_ID, BytesIO(NEW), INFO)
    assert read(originals, NEW_ID) == NEW
    assert list(originals.ids()) == sorted([LARGE_ID, NEW_ID])
    originals.check()


def all_calls(store: S3Originals) -> list[Callable[[], object]]:
    return [
        lambda: read(store, LARGE_ID),
        lambda: store.length(LARGE_ID),
        lambda: store.put(NEW_ID, BytesIO(NEW), INFO),
        lambda: store.delete(OTHER_ID),
        lambda: list(store.ids()),
        store.check,
    ]


def require_failure_in_time(failing: Callable[[], object]) -> None:
    """Check that the call fails in time: without a deadline the slowest fault takes 80 seconds."""
    start = time.monotonic()
    with pytest.raises(StorageUnavailable):
        failing()
    assert time.monotonic() - start < 60


@pytest.mark.usefixtures("recovers")
@pytest.mark.parametrize("garbage", GARBAGE)
def test_invalid_response_raises_storage_unavailable(
    proxy: FaultProxy, originals: S3Originals, impatient: S3Originals, garbage: bytes
) -> None:
    with proxy.broken(Fault(garbage=garbage)):
        with pytest.raises(StorageUnavailable):
            read(impatient, LARGE_ID)
        with pytest.raises(StorageUnavailable):
            list(impatient.ids())
        with pytest.raises(StorageUnavailable):
            impatient.length(LARGE_ID)
    with proxy.broken(Fault(only=b"PUT ", garbage=garbage)), pytest.raises(StorageUnavailable):
        impatient.put(NEW_ID, BytesIO(NEW), INFO)


def test_endless_redirect_is_not_followed(
    proxy: FaultProxy, originals: S3Originals, impatient: S3Originals
) -> None:
    before = len(proxy.requests)
    with proxy.broken(Fault(garbage=GARBAGE[-1])), pytest.raises(StorageUnavailable):
        read(impatient, LARGE_ID)
    assert len(proxy.requests) - before <= 2


@pytest.mark.usefixtures("recovers")
@pytest.mark.parametrize("garbage", GARBAGE[:1])
def test_invalid_response_to_any_call_raises_storage_unavailable(
    proxy: FaultProxy, originals: S3Originals, impatient: S3Originals, garbage: bytes
) -> None:
    with proxy.broken(Fault(garbage=garbage)):
        for call in all_calls(impatient):
            require_failure_in_time(call)


@pytest.mark.usefixtures("recovers")
def test_frozen_server_raises_storage_unavailable_in_time(
    server: S3Server, originals: S3Originals, impatient: S3Originals
) -> None:
    with server.frozen():
        for call in all_calls(impatient)[:4]:
            require_failure_in_time(call)


@pytest.mark.usefixtures("recovers")
def test_refused_connection_raises_storage_unavailable(
    proxy: FaultProxy, originals: S3Originals, impatient: S3Originals
) -> None:
    with proxy.broken(Fault(lost_answer=True)):  # for connections that are open already
        require_failure_in_time(lambda: impatient.length(LARGE_ID))
    with proxy.broken(Fault(refused=True)):
        for call in all_calls(impatient):
            require_failure_in_time(call)


@pytest.mark.usefixtures("recovers")
@pytest.mark.parametrize("after", [50, 5_000, 399_000])
def test_body_that_breaks_off_is_read_again(
    proxy: FaultProxy, originals: S3Originals, after: int
) -> None:
    with proxy.broken(Fault(only=b"GET ", cut_answer=after), times=1):
        assert read(originals, LARGE_ID) == LARGE


@pytest.mark.usefixtures("recovers")
def test_body_that_always_breaks_off_raises_storage_unavailable(
    proxy: FaultProxy, originals: S3Originals, impatient: S3Originals
) -> None:
    with proxy.broken(Fault(only=b"GET ", cut_answer=5_000)):
        require_failure_in_time(lambda: read(impatient, LARGE_ID))


@pytest.mark.usefixtures("recovers")
def test_upload_that_breaks_off_stores_nothing(
    proxy: FaultProxy, originals: S3Originals, impatient: S3Originals
) -> None:
    with proxy.broken(Fault(only=b"PUT ", cut_request=100_000)):
        require_failure_in_time(lambda: impatient.put(NEW_ID, BytesIO(NEW), INFO))
        assert originals.length(NEW_ID) is None
        with pytest.raises(UnknownImage), originals.open(NEW_ID):
            pytest.fail("half of it arrived")


@pytest.mark.usefixtures("recovers")
def test_upload_whose_response_is_lost_succeeds(proxy: FaultProxy, originals: S3Originals) -> None:
    with proxy.broken(Fault(only=b"PUT ", lost_answer=True), times=1):
        originals.put(NEW_ID, BytesIO(NEW), INFO)
    assert read(originals, NEW_ID) == NEW


@pytest.mark.usefixtures("recovers")
def test_body_that_trickles_ends_at_the_deadline(
    proxy: FaultProxy, originals: S3Originals, impatient: S3Originals
) -> None:
    # Each piece comes in time, and all of them would take a minute and more.
    with proxy.broken(Fault(only=b"GET ", delay=0.1, trickle=500)):
        require_failure_in_time(lambda: read(impatient, LARGE_ID))


@pytest.mark.usefixtures("recovers")
@pytest.mark.parametrize("status", [b"409 Conflict", b"412 Precondition Failed"])
def test_put_raises_when_other_clients_keep_storing_the_key(
    proxy: FaultProxy, originals: S3Originals, impatient: S3Originals, status: bytes
) -> None:
    response = b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    with proxy.broken(Fault(only=b"PUT ", garbage=response)):
        require_failure_in_time(lambda: impatient.put(NEW_ID, BytesIO(NEW), INFO))
    assert originals.length(NEW_ID) is None


@pytest.mark.usefixtures("recovers")
def test_slow_server_is_waited_for(proxy: FaultProxy, originals: S3Originals) -> None:
    with proxy.broken(Fault(delay=0.02)):
        assert read(originals, LARGE_ID) == LARGE
        assert originals.put(NEW_ID, BytesIO(NEW), INFO) is True


@pytest.mark.usefixtures("recovers")
def test_upload_beyond_the_deadline_stores_nothing(
    originals: S3Originals, impatient: S3Originals
) -> None:
    class Slow(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            time.sleep(0.4)
            return super().read(65536)

    require_failure_in_time(lambda: impatient.put(NEW_ID, Slow(NEW), INFO))
    assert originals.length(NEW_ID) is None


@pytest.mark.usefixtures("recovers")
def test_restarted_server_is_used_again(
    server: S3Server, originals: S3Originals, impatient: S3Originals
) -> None:
    server.stop()
    try:
        for call in all_calls(impatient):
            require_failure_in_time(call)
    finally:
        server.start()
    assert read(originals, LARGE_ID) == LARGE


def test_failing_local_disk_raises_storage_unavailable(
    originals: S3Originals, impatient: S3Originals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(StorageUnavailable):
        read(impatient, LARGE_ID)
