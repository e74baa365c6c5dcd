"""CouchDB while it is down, frozen, slow or returns garbage, and its recovery."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from huimages_app.domain.models import Annotation, Image, Query
from huimages_app.errors import RemovedImage, StorageUnavailable
from huimages_app.storage.couchdb import CouchBackend
from huimages_app.storage.couchdb.transport import Transport
from huimages_app.storage.interfaces import MetadataBackend
from tests.support.couch import Site, pouchdb, through
from tests.support.faults import Fault, FaultProxy
from tests.support.processes import free_port, frozen

from .metadata_down import QUESTIONS
from .samples import an_id, an_image, annotate, fill, ids_of, put

TIMEOUT = 2.0

HTML = b"<html><body>502 Bad Gateway</body></html>"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s"
JSON = PAGE.replace(b"text/html", b"application/json")
GARBAGE = {
    "no HTTP": b"\x00\xff\x16\x03\x01 220 smtp.example.com ESMTP\r\n" * 20,
    "a page": PAGE % (len(HTML), HTML),
    "a page with the type of JSON": JSON % (len(HTML), HTML),
    "other JSON": JSON % (4, b"null"),
    "an error page": (PAGE % (len(HTML), HTML)).replace(b"200 OK", b"502 Bad Gateway"),
    "an error in pieces": b"HTTP/1.1 500 Oops\r\nContent-Type: application/json\r\n"
    b'Transfer-Encoding: chunked\r\n\r\n10\r\n{"error": "oops"\r\n1\r\n}\r\n0\r\n\r\n',
    "a redirect": b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
}  # fmt: skip


@pytest.fixture
def proxy(couchdb_site: Site) -> Iterator[FaultProxy]:
    port = urlsplit(couchdb_site.url).port
    assert port
    with FaultProxy(port) as proxy:
        yield proxy


@pytest.fixture
def site(couchdb_site: Site, proxy: FaultProxy) -> Site:
    """The databases behind the proxy."""
    return replace(couchdb_site, url=through(proxy.port, couchdb_site.url), timeout=TIMEOUT)


@pytest.fixture
def store(site: Site) -> Iterator[CouchBackend]:
    store = site.metadata()
    put(store, an_image(1), tags=("sea",), rating=5)
    yield store
    store.close()


@contextmanager
def quickly(seconds: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


def require_recovered(store: MetadataBackend) -> None:
    """Require that the store responds again, and that nothing is half written."""
    assert ids_of(store.search.page(Query(), 10)) == [an_id(1)]
    assert store.annotations.get(an_id(1), "vera") == Annotation(("sea",), rating=5)
    assert store.annotations.summary(an_id(1)).rating == 5
    assert ids_of(store.search.page(Query(order="rated"), 10)) == [an_id(1)]
    annotate(store, an_id(1), "paul", tags=("sun",))
    assert store.search.tags() == [("sea", 1), ("sun", 1)]


# Methods of several requests, which a fault can interrupt half-way.
SOME = ["get", "page of a tag", "save_mark"]


def test_every_method_raises_while_the_store_is_down(
    store: CouchBackend, proxy: FaultProxy
) -> None:
    with proxy.broken(Fault(garbage=GARBAGE["a page"])):
        for question in QUESTIONS.values():
            with pytest.raises(StorageUnavailable):
                question(store)
    require_recovered(store)


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("question", SOME)
def test_invalid_response_raises_storage_unavailable(
    store: CouchBackend, proxy: FaultProxy, question: str, garbage: str
) -> None:
    with proxy.broken(Fault(garbage=GARBAGE[garbage])), pytest.raises(StorageUnavailable):
        QUESTIONS[question](store)
    require_recovered(store)


CUTS = {
    "refused": Fault(refused=True, lost_answer=True),
    "before the response": Fault(cut_answer=0),
    "in its first line": Fault(cut_answer=5),
    "in its head": Fault(cut_answer=60),
    "in its body": Fault(cut_answer=240),
    "in the request": Fault(cut_request=100),
}


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("question", SOME)
def test_broken_connection_raises_storage_unavailable(
    store: CouchBackend, proxy: FaultProxy, question: str, cut: str
) -> None:
    with proxy.broken(CUTS[cut]), pytest.raises(StorageUnavailable):
        QUESTIONS[question](store)
    require_recovered(store)


SLOWNESS = {
    "frozen": Fault(frozen=True),
    "no response": Fault(delay=60),
    # Bytes arrive so often that no wait for a single byte times out.
    "a byte at a time": Fault(delay=0.1, trickle=1),
}


@pytest.mark.parametrize("slowness", SLOWNESS)
@pytest.mark.parametrize("question", ["page", "save_mark"])
def test_late_response_raises_within_the_timeout(
    store: CouchBackend, proxy: FaultProxy, question: str, slowness: str
) -> None:
    store.close()  # connections that are open already may already have received their next response
    with (
        proxy.broken(SLOWNESS[slowness]),
        quickly(TIMEOUT + 2),
        pytest.raises(StorageUnavailable),
    ):
        QUESTIONS[question](store)
    require_recovered(store)


WRITES: dict[str, Callable[[MetadataBackend], object]] = {
    "save": lambda store: store.images.save(an_id(2), lambda _: an_image(2)),
    "update": lambda store: store.images.update(an_id(1), add_title),
    "mark": lambda store: annotate(store, an_id(1), "paul", tags=("sun",), rating=6),
    "remove": lambda store: store.images.remove(an_id(1)),
}


def add_title(image: Image) -> Image:
    return replace(image, titles=(*image.titles, "new"))


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("request_number", range(6))
def test_write_whose_response_is_lost_happens_once(
    store: CouchBackend, proxy: FaultProxy, write: str, request_number: int
) -> None:
    """A repeated write is stored once, and the caller gets no error."""
    act = WRITES[write]
    with losing(proxy, request_number):
        act(store)
    if write == "save":
        assert store.images.get(an_id(2)) == an_image(2)
    elif write == "update":
        assert store.images.get(an_id(1)).titles == ("new",)
    elif write == "mark":
        assert store.annotations.summary(an_id(1)).rating_count == 2
        assert ids_of(store.search.page(Query(order="rated"), 2)) == [an_id(1)]
        assert store.search.tags() == [("sea", 1), ("sun", 1)]
    else:
        with pytest.raises(RemovedImage):
            store.images.get(an_id(1))
        assert store.annotations.of_image(an_id(1)) == {}
        assert store.search.tags() == []


@contextmanager
def losing(proxy: FaultProxy, number: int) -> Iterator[None]:
    """Lose the response to the request of that number, counted from 0."""
    send = Transport.request
    seen = iter(range(1000))

    def counting(*arguments: object, **options: object) -> object:
        if next(seen) != number:
            return send(*arguments, **options)
        with proxy.broken(Fault(lost_answer=True), times=1):
            return send(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transport, "request", counting)
        yield


class TestServer:
    """A server of our own, to be stopped and frozen."""

    def test_store_recovers_when_the_server_restarts(self, tmp_path: Path) -> None:
        port = free_port()
        with pouchdb(tmp_path, port) as (url, _):
            site = Site(url, timeout=TIMEOUT)
            site.make()
            store = site.metadata()
            put(store, an_image(1), tags=("sea",), rating=5)
        for question in SOME:
            with quickly(TIMEOUT), pytest.raises(StorageUnavailable):
                QUESTIONS[question](store)
        with pouchdb(tmp_path, port):
            require_recovered(store)
        store.close()

    def test_frozen_server_raises_within_the_timeout(self, tmp_path: Path) -> None:
        with pouchdb(tmp_path, free_port()) as (url, process):
            site = Site(url, timeout=TIMEOUT)
            site.make()
            store = site.metadata()
            put(store, an_image(1), tags=("sea",), rating=5)
            with frozen(process):
                for question in ("get", "save_mark"):
                    with quickly(TIMEOUT + 2), pytest.raises(StorageUnavailable):
                        QUESTIONS[question](store)
            # A request it was sent while frozen may be done when it thaws.
            assert store.annotations.get(an_id(1), "vera") in (
                Annotation(("sea",), rating=5),
                Annotation(rating=1),
            )
            annotate(store, an_id(1), "vera", tags=("sea",), rating=5)
            require_recovered(store)
            store.close()

    def test_server_killed_during_writes_loses_no_acknowledged_write(self, tmp_path: Path) -> None:
        port = free_port()
        written: list[int] = []
        with pouchdb(tmp_path, port) as (url, _):
            site = Site(url, timeout=TIMEOUT)
            site.make()
            store = site.metadata()
            writer = threading.Thread(target=write_until_down, args=(store, written))
            writer.start()
            while len(written) < 20:
                time.sleep(0.01)
        writer.join(30)
        assert not writer.is_alive()
        with pouchdb(tmp_path, port):
            assert set(store.images.get_many(map(an_id, written))) == set(map(an_id, written))
            # The write that was interrupted is stored completely or not at all.
            for image_id in store.images.ids():
                assert store.images.get(image_id).width == 640
            assert store.search.count() in {len(written), len(written) + 1}
        store.close()


def write_until_down(store: MetadataBackend, written: list[int]) -> None:
    for number in range(100_000):
        try:
            fill(store, [number])
        except StorageUnavailable:
            return
        written.append(number)
