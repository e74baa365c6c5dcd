"""Originals in S3: a real server, over plain HTTP and over TLS."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from huimages_app.domain.ids import image_id
from huimages_app.errors import CorruptOriginal, IdCollision, StorageUnavailable, UnknownImage
from huimages_app.storage.originals.s3 import S3Location, S3Originals
from tests.contract.originals import OriginalsContract
from tests.contract.originals_samples import INFO, Make, read, stored
from tests.support.faults import Fault, FaultProxy
from tests.support.s3 import S3Server, over_tls


@pytest.fixture(scope="module")
def server(s3_store: S3Server) -> S3Server:
    return s3_store


@pytest.fixture(scope="module")
def tls(
    server: S3Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[FaultProxy, Path]]:
    with over_tls(server, tmp_path_factory.mktemp("tls")) as proxy_and_certificate:
        yield proxy_and_certificate


@pytest.fixture
def place(server: S3Server) -> S3Location:
    return server.place(prefix="originals/", page=5)


@pytest.fixture
def originals(place: S3Location) -> Iterator[S3Originals]:
    store = S3Originals(place)
    yield store
    store.close()


# The suite shares one store, which each test empties: making a client takes long.


@pytest.fixture(scope="module", params=["http", "https"])
def shared_place(
    request: pytest.FixtureRequest, server: S3Server, tls: tuple[FaultProxy, Path]
) -> S3Location:
    proxy, certificate = tls
    if request.param == "https":
        return server.place(proxy.url, ca_bundle=str(certificate), page=5)
    return server.place(prefix="originals/", page=5)


@pytest.fixture(scope="module")
def shared(shared_place: S3Location) -> Iterator[S3Originals]:
    store = S3Originals(shared_place)
    yield store
    store.close()


class TestS3Originals(OriginalsContract):
    @pytest.fixture
    def originals(self, shared: S3Originals) -> S3Originals:
        for identifier in shared.ids():
            shared.delete(identifier)
        return shared

    @pytest.fixture
    def make(self, shared_place: S3Location) -> Make:
        return functools.partial(S3Originals, shared_place)


# -- objects in the bucket ----------------------------------------------------------------


def test_put_writes_objects_like_huimages_2(
    server: S3Server, place: S3Location, originals: S3Originals
) -> None:
    identifier = stored(originals, b"an object")
    head = server.client.head_object(Bucket=place.bucket, Key=f"originals/{identifier}")
    assert head["ContentType"] == "image/png"
    assert head["Metadata"] == {"width": "64", "height": "48"}
    assert head["ContentLength"] == 9


def test_object_is_not_readable_without_credentials(
    place: S3Location, originals: S3Originals
) -> None:
    identifier = stored(originals, b"private")
    url = f"{place.endpoint_url}/{place.bucket}/originals/{identifier}"
    assert httpx.get(url, trust_env=False).status_code == 403


def test_object_whose_key_ends_in_jpeg_is_an_original(
    server: S3Server, place: S3Location, originals: S3Originals
) -> None:
    client = server.client
    content = b"of an old site"
    identifier = image_id(content)
    client.put_object(Bucket=place.bucket, Key=f"originals/{identifier}.jpeg", Body=content)
    assert read(originals, identifier) == content
    assert originals.length(identifier) == len(content)
    assert list(originals.ids()) == [identifier]
    assert originals.put(identifier, BytesIO(content), INFO) is False
    with pytest.raises(IdCollision):
        originals.put(identifier, BytesIO(b"OF AN OLD SITE"), INFO)
    client.put_object(Bucket=place.bucket, Key=f"originals/{identifier}", Body=content)
    assert list(originals.ids()) == [identifier]
    assert list(originals.ids(after=identifier)) == []
    originals.delete(identifier)
    assert originals.length(identifier) is None


def test_ids_skip_foreign_objects(
    server: S3Server, place: S3Location, originals: S3Originals
) -> None:
    identifier = stored(originals, b"ours")
    for key in ("README", "originals/note.txt", f"originals/{identifier}.png", identifier):
        server.client.put_object(Bucket=place.bucket, Key=key, Body=b"foreign")
    assert list(originals.ids()) == [identifier]


def test_prefixes_of_one_bucket_are_separate(place: S3Location, originals: S3Originals) -> None:
    identifier = stored(originals, b"here")
    other = S3Originals(replace(place, prefix="other/"))
    assert other.length(identifier) is None
    assert list(other.ids()) == []
    other.close()


def test_open_of_damaged_bytes_raises_corrupt_original(
    server: S3Server, place: S3Location, originals: S3Originals
) -> None:
    identifier = image_id(b"right")
    server.client.put_object(Bucket=place.bucket, Key=f"originals/{identifier}", Body=b"wrong")
    with pytest.raises(CorruptOriginal, match=identifier), originals.open(identifier):
        pytest.fail("these are other bytes")
    with pytest.raises(IdCollision):
        originals.put(identifier, BytesIO(b"right"), INFO)


def test_presigned_url_sets_the_file_name(
    server: S3Server, place: S3Location, originals: S3Originals
) -> None:
    identifier = stored(originals, b"to be fetched")
    url = originals.presigned_url(identifier, filename='grö"ße;.png', seconds=60)
    assert url is not None
    response = httpx.get(url, trust_env=False)
    assert response.content == b"to be fetched"
    assert response.headers["Content-Type"] == "image/png"
    expected = "inline; filename*=UTF-8''gr%C3%B6%22%C3%9Fe%3B.png"
    assert response.headers["Content-Disposition"] == expected
    assert originals.presigned_url(image_id(b"unknown"), filename="x.png", seconds=60) is None
    # An object of huImages 2.2 without a real Content-Type: its bytes must be inspected.
    server.client.put_object(
        Bucket=place.bucket, Key=f"originals/{identifier}", Body=b"x", ContentType="None"
    )
    assert originals.presigned_url(identifier, filename="x.png", seconds=60) is None


# -- wrong configuration -------------------------------------------------------


def test_setup_creates_missing_bucket_once(place: S3Location) -> None:
    store = S3Originals(replace(place, bucket="made-by-setup"))
    assert store.setup() == ["made-by-setup: bucket created"]
    store.check()
    identifier = stored(store, b"any")
    assert store.setup() == ["made-by-setup: bucket exists"]
    assert read(store, identifier) == b"any"
    store.close()


def test_setup_without_access_raises_storage_unavailable(place: S3Location) -> None:
    store = S3Originals(replace(place, bucket="forbidden", secret_access_key="wrong" * 8))
    with pytest.raises(StorageUnavailable, match="no access to the bucket 'forbidden'"):
        store.setup()
    store.close()


def test_missing_bucket_raises_storage_unavailable(place: S3Location) -> None:
    missing = S3Originals(replace(place, bucket="missing-bucket"))
    with pytest.raises(StorageUnavailable, match="no bucket 'missing-bucket'"):
        missing.check()
    identifier = image_id(b"any")
    with pytest.raises(StorageUnavailable), missing.open(identifier):
        pytest.fail("there is no bucket")
    for failing in (
        lambda: missing.length(identifier),
        lambda: missing.put(identifier, BytesIO(b"any"), INFO),
        lambda: missing.delete(identifier),
        lambda: list(missing.ids()),
    ):
        with pytest.raises(StorageUnavailable):
            failing()
    missing.close()


def test_wrong_credentials_raise_storage_unavailable(place: S3Location) -> None:
    locked = S3Originals(replace(place, secret_access_key="wrong"))
    with pytest.raises(StorageUnavailable, match="credentials give no access"):
        locked.check()
    with pytest.raises(StorageUnavailable), locked.open(image_id(b"any")):
        pytest.fail("the credentials are wrong")
    with pytest.raises(StorageUnavailable):
        locked.length(image_id(b"any"))
    locked.close()


def test_untrusted_certificate_raises_storage_unavailable(
    server: S3Server, tls: tuple[FaultProxy, Path]
) -> None:
    store = S3Originals(server.place(tls[0].url))
    with pytest.raises(StorageUnavailable, match=r"(?i)certificate"):
        store.check()
    store.close()


def test_unreachable_server_raises_storage_unavailable() -> None:
    place = S3Location(
        "bucket", endpoint_url="http://127.0.0.1:9", access_key_id="a", secret_access_key="b"
    )
    store = S3Originals(place)
    with pytest.raises(StorageUnavailable, match="can't be reached"):
        store.check()
    store.close()


def test_put_works_on_a_server_without_if_none_match(server: S3Server) -> None:
    response = (
        b"HTTP/1.1 501 Not Implemented\r\nContent-Type: application/xml\r\n"
        b"Connection: close\r\nContent-Length: 52\r\n\r\n"
        b"<Error><Code>NotImplemented</Code></Error>          "
    )
    with FaultProxy(server.port) as proxy:
        store = S3Originals(server.place(proxy.url))
        with proxy.broken(Fault(only=b"PUT ", garbage=response), times=1):
            identifier = stored(store, b"without a condition")
        assert read(store, identifier) == b"without a condition"
        with pytest.raises(IdCollision):
            store.put(identifier, BytesIO(b"WITHOUT A CONDITION"), INFO)
        with pytest.raises(UnknownImage), store.open(image_id(b"other")):
            pytest.fail("it was never put")
        store.close()
