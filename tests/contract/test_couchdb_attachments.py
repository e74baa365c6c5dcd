"""Originals that a legacy site stored as attachments: read, listed, deleted."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import urlsplit

import httpx
import pytest

from huimages_app.domain.ids import image_id
from huimages_app.errors import BadSetting, CorruptOriginal, StorageUnavailable, UnknownImage
from huimages_app.storage.couchdb import AttachmentOriginals
from huimages_app.storage.interfaces import OriginalInfo
from tests.support import oldsite
from tests.support.couch import Site, through
from tests.support.faults import Fault, FaultProxy
from tests.support.oldsite import IMAGES
from tests.support.processes import free_port

BIG = b"\x89 a long original \xff" * 100_000
ATTACHED = sorted(image.id for image in IMAGES.values() if image.attached)


@pytest.fixture
def http(couchdb_site: Site) -> Iterator[httpx.Client]:
    with couchdb_site.http() as http:
        oldsite.fill(http, couchdb_site.images, couchdb_site.visitors)
        yield http


@pytest.fixture
def originals(couchdb_site: Site, http: httpx.Client) -> Iterator[AttachmentOriginals]:
    store = AttachmentOriginals(couchdb_site.server(), couchdb_site.images)
    yield store
    store.close()


def attach(http: httpx.Client, site: Site, identifier: str, **contents: bytes) -> None:
    attachments = {
        name: {"content_type": "image/jpeg", "data": base64.b64encode(content).decode()}
        for name, content in contents.items()
    }
    document = {"_attachments": attachments}
    http.put(f"/{site.images}/{identifier}", json=document).raise_for_status()


def read(originals: AttachmentOriginals, identifier: str) -> bytes:
    with originals.open(identifier) as file:
        return file.read()


def test_attachment_is_read_whole(originals: AttachmentOriginals) -> None:
    for image in IMAGES.values():
        if image.attached:
            assert originals.length(image.id) == len(image.content)
            with originals.open(image.id) as file:
                assert file.read(2) == image.content[:2]
                file.seek(0)
                assert file.read() == image.content
        else:
            assert originals.length(image.id) is None
            with pytest.raises(UnknownImage), originals.open(image.id):
                pytest.fail("there is none")


def test_ids_lists_images_with_attachments(originals: AttachmentOriginals) -> None:
    assert list(originals.ids()) == ATTACHED
    assert list(originals.ids(after=ATTACHED[1])) == ATTACHED[2:]


def test_unknown_image_raises(originals: AttachmentOriginals) -> None:
    unknown = image_id(b"unknown")
    assert originals.length(unknown) is None
    originals.delete(unknown)
    with pytest.raises(UnknownImage), originals.open(unknown):
        pytest.fail("there is none")


def test_delete_keeps_the_document(originals: AttachmentOriginals, couchdb_site: Site) -> None:
    image = IMAGES["attached"]
    originals.delete(image.id)
    originals.delete(image.id)
    assert originals.length(image.id) is None
    assert image.id not in list(originals.ids())
    assert couchdb_site.metadata().images.get(image.id).titles == ("Möwe", "Möwe am Strand")


def test_put_raises_bad_setting(originals: AttachmentOriginals) -> None:
    with pytest.raises(BadSetting, match="use it as a fallback only"):
        originals.put(image_id(b"new"), BytesIO(b"new"), OriginalInfo("image/png", 1, 1))


def test_attachment_with_the_bytes_of_the_id_is_the_original(
    originals: AttachmentOriginals, couchdb_site: Site, http: httpx.Client
) -> None:
    identifier = image_id(BIG)
    names = {"a note, with words.txt": b"not this", "ünd/this 1.jpeg": BIG, "z": b"nor that"}
    attach(http, couchdb_site, identifier, **names)
    assert read(originals, identifier) == BIG


def test_attachment_with_other_bytes_is_corrupt(
    originals: AttachmentOriginals, couchdb_site: Site, http: httpx.Client
) -> None:
    identifier = image_id(b"a picture")
    attach(http, couchdb_site, identifier, picture=b"another picture")
    with pytest.raises(CorruptOriginal, match=identifier), originals.open(identifier):
        pytest.fail("it is another picture")


def test_broken_download_raises_storage_unavailable(
    originals: AttachmentOriginals, couchdb_site: Site, http: httpx.Client
) -> None:
    identifier = image_id(BIG)
    attach(http, couchdb_site, identifier, big=BIG)
    port = urlsplit(couchdb_site.url).port
    assert port
    with FaultProxy(port) as proxy:
        site = Site(through(proxy.port, couchdb_site.url), images=couchdb_site.images)
        store = AttachmentOriginals(site.server(), site.images, seconds=2)
        for fault in [Fault(cut_response=1_000_000), Fault(delay=0.2, trickle=1000)]:
            with proxy.broken(fault), pytest.raises(StorageUnavailable), store.open(identifier):
                pytest.fail("only a part of it arrived")
            store.close()
            assert read(store, identifier) == BIG
        store.close()


def test_unreachable_server_raises_storage_unavailable() -> None:
    site = Site(f"http://127.0.0.1:{free_port()}/", timeout=1)
    store = AttachmentOriginals(site.server(), site.images)
    for ask in (
        store.check,
        lambda: store.length(ATTACHED[0]),
        lambda: store.delete(ATTACHED[0]),
        lambda: list(store.ids()),
        lambda: read(store, ATTACHED[0]),
    ):
        with pytest.raises(StorageUnavailable):
            ask()


def test_check_passes_while_the_server_runs(originals: AttachmentOriginals) -> None:
    originals.check()
