"""S3 that fails: stopped, frozen, slow, mad, cutting off.  Nothing is half; all heals."""

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
from tests.contract.originals import INFO, read, stored
from tests.support.faults import Fault, FaultProxy
from tests.support.s3 import S3Server, s3_server

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
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(server: S3Server) -> Iterator[FaultProxy]:
    with FaultProxy(server.port) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def shared(server: S3Server, proxy: FaultProxy) -> Iterator[S3Originals]:
    store = S3Originals(
        server.place(proxy.url, connect_timeout=0.3, read_timeout=0.3, deadline=1.5)
    )
    yield store
    store.close()


@pytest.fixture
def originals(shared: S3Originals) -> S3Originals:
    """A store with one large original, and all of it whole after the test."""
    for identifier in shared.ids():
        shared.delete(identifier)
    stored(shared, LARGE)
    return shared


@pytest.fixture
def heals(originals: S3Originals) -> Iterator[None]:
    """Whatever the test did, afterwards all works and nothing is half there."""
    yield
    assert read(originals, LARGE_ID) == LARGE
    # A put whose answer got lost may have gone through: as a whole then.
    assert originals.length(NEW_ID) in {None, len(NEW)}
    originals.put(NEW_ID, BytesIO(NEW), INFO)
    assert read(originals, NEW_ID) == NEW
    assert list(originals.ids()) == sorted([LARGE_ID, NEW_ID])
    originals.check()


def all_ways(store: S3Originals) -> list[Callable[[], object]]:
    return [
        lambda: read(store, LARGE_ID),
        lambda: store.length(LARGE_ID),
        lambda: store.put(NEW_ID, BytesIO(NEW), INFO),
        lambda: store.delete(OTHER_ID),
        lambda: list(store.ids()),
        store.check,
    ]


def within(seconds: float, failing: Callable[[], object]) -> None:
    start = time.monotonic()
    with pytest.raises(StorageUnavailable):
        failing()
    assert time.monotonic() - start < seconds


@pytest.mark.usefixtures("heals")
@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage(proxy: FaultProxy, originals: S3Originals, garbage: bytes) -> None:
    with proxy.broken(Fault(garbage=garbage)):
        with pytest.raises(StorageUnavailable):
            read(originals, LARGE_ID)
        with pytest.raises(StorageUnavailable):
            list(originals.ids())
        with pytest.raises(StorageUnavailable):
            originals.length(LARGE_ID)
    with proxy.broken(Fault(only=b"PUT ", garbage=garbage)), pytest.raises(StorageUnavailable):
        originals.put(NEW_ID, BytesIO(NEW), INFO)


def test_redirected_without_an_end(proxy: FaultProxy, originals: S3Originals) -> None:
    before = len(proxy.requests)
    with proxy.broken(Fault(garbage=GARBAGE[-1])), pytest.raises(StorageUnavailable):
        read(originals, LARGE_ID)
    assert len(proxy.requests) - before <= 2


@pytest.mark.usefixtures("heals")
@pytest.mark.parametrize("garbage", GARBAGE[:1])
def test_garbage_whatever_is_asked(
    proxy: FaultProxy, originals: S3Originals, garbage: bytes
) -> None:
    with proxy.broken(Fault(garbage=garbage)):
        for way in all_ways(originals):
            within(15, way)


@pytest.mark.usefixtures("heals")
def test_frozen(server: S3Server, originals: S3Originals) -> None:
    with server.frozen():
        for way in all_ways(originals)[:4]:
            within(10, way)


@pytest.mark.usefixtures("heals")
def test_refusing(proxy: FaultProxy, originals: S3Originals) -> None:
    with proxy.broken(Fault(lost_answer=True)):  # for connections that are open already
        within(15, lambda: originals.length(LARGE_ID))
    with proxy.broken(Fault(refused=True)):
        for way in all_ways(originals):
            within(15, way)


@pytest.mark.usefixtures("heals")
@pytest.mark.parametrize("after", [50, 5_000, 399_000])
def test_a_body_that_breaks_off_is_read_once_more(
    proxy: FaultProxy, originals: S3Originals, after: int
) -> None:
    with proxy.broken(Fault(only=b"GET ", cut_answer=after), times=1):
        assert read(originals, LARGE_ID) == LARGE


@pytest.mark.usefixtures("heals")
def test_a_body_that_always_breaks_off(proxy: FaultProxy, originals: S3Originals) -> None:
    with proxy.broken(Fault(only=b"GET ", cut_answer=5_000)):
        within(5, lambda: read(originals, LARGE_ID))


@pytest.mark.usefixtures("heals")
def test_an_upload_that_breaks_off(proxy: FaultProxy, originals: S3Originals) -> None:
    with proxy.broken(Fault(only=b"PUT ", cut_request=100_000)):
        within(15, lambda: originals.put(NEW_ID, BytesIO(NEW), INFO))
        assert originals.length(NEW_ID) is None
        with pytest.raises(UnknownImage), originals.open(NEW_ID):
            pytest.fail("half of it arrived")


@pytest.mark.usefixtures("heals")
def test_an_upload_whose_answer_is_lost(proxy: FaultProxy, originals: S3Originals) -> None:
    with proxy.broken(Fault(only=b"PUT ", lost_answer=True), times=1):
        originals.put(NEW_ID, BytesIO(NEW), INFO)
    assert read(originals, NEW_ID) == NEW


@pytest.mark.usefixtures("heals")
def test_a_body_that_trickles_ends_at_the_deadline(
    proxy: FaultProxy, originals: S3Originals
) -> None:
    # Each piece comes in time, and all of them would take a minute and more.
    with proxy.broken(Fault(only=b"GET ", delay=0.1, trickle=500)):
        within(4, lambda: read(originals, LARGE_ID))


@pytest.mark.usefixtures("heals")
@pytest.mark.parametrize("status", [b"409 Conflict", b"412 Precondition Failed"])
def test_put_raises_when_other_clients_keep_storing_the_key(
    proxy: FaultProxy, originals: S3Originals, status: bytes
) -> None:
    answer = b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    with proxy.broken(Fault(only=b"PUT ", garbage=answer)):
        within(15, lambda: originals.put(NEW_ID, BytesIO(NEW), INFO))
    assert originals.length(NEW_ID) is None


@pytest.mark.usefixtures("heals")
def test_slow_and_good(proxy: FaultProxy, originals: S3Originals) -> None:
    with proxy.broken(Fault(delay=0.02)):
        assert read(originals, LARGE_ID) == LARGE
        assert originals.put(NEW_ID, BytesIO(NEW), INFO) is True


@pytest.mark.usefixtures("heals")
def test_an_upload_that_takes_too_long(originals: S3Originals) -> None:
    class Slow(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            time.sleep(0.4)
            return super().read(65536)

    within(15, lambda: originals.put(NEW_ID, Slow(NEW), INFO))
    assert originals.length(NEW_ID) is None


@pytest.mark.usefixtures("heals")
def test_stopped_and_started_again(server: S3Server, originals: S3Originals) -> None:
    server.stop()
    try:
        for way in all_ways(originals):
            within(15, way)
    finally:
        server.start()
    assert read(originals, LARGE_ID) == LARGE


def test_failing_local_disk_raises_storage_unavailable(
    originals: S3Originals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(StorageUnavailable):
        read(originals, LARGE_ID)
