"""A site whose originals are in S3: its usual work, and failures of S3."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from huimages_app.domain.ids import image_id
from tests.support import pictures
from tests.support.days import day, limit
from tests.support.faults import Fault, FaultProxy
from tests.support.s3 import ACCESS_KEY, SECRET_KEY, S3Server
from tests.support.site import Site

PHOTO = pictures.photo(400, 300)
OTHER = pictures.photo(400, 300, seed=1)


@pytest.fixture(scope="module")
def server(s3_store: S3Server) -> S3Server:
    return s3_store


@pytest.fixture(scope="module")
def proxy(server: S3Server) -> Iterator[FaultProxy]:
    with FaultProxy(server.port) as proxy:
        yield proxy


@pytest.fixture
def ini(server: S3Server, proxy: FaultProxy) -> dict[str, str]:
    return {
        "originals": "s3",
        "s3.bucket": server.place().bucket,
        "s3.endpoint_url": proxy.url,
        "s3.access_key_id": ACCESS_KEY,
        "s3.secret_access_key": SECRET_KEY,
        "s3.connect_timeout": "0.3",
        "s3.read_timeout": "0.5",
        "s3.deadline": "2",
    }


@pytest.fixture
def site(tmp_path: Path, ini: dict[str, str]) -> Iterator[Site]:
    site = Site(tmp_path, **ini)
    yield site
    site.close()


def test_originals_are_uploaded_to_and_read_from_s3(site: Site) -> None:
    identifier = site.upload(PHOTO)
    assert identifier == image_id(PHOTO)
    assert site.upload(PHOTO) == identifier
    assert site.app.get(f"/100x100/{identifier}.jpeg").content_type == "image/jpeg"
    response = site.app.get(f"/o/{identifier}/name.jpeg")
    assert response.body == PHOTO
    assert response.content_type == "image/jpeg"
    site.services.editing.remove(identifier)
    site.app.get(f"/o/{identifier}", status=410)
    assert list(site.storage.originals.ids()) == []


def test_originals_are_redirected_to_s3(tmp_path: Path, ini: dict[str, str]) -> None:
    site = Site(tmp_path, **ini, **{"s3.redirect": "60"})
    identifier = site.upload(PHOTO, filename="from the camera.jpeg")
    response = site.app.get(f"/o/{identifier}", status=302)
    assert response.headers["Cache-Control"] == "public, max-age=30"
    fetched = httpx.get(response.location, trust_env=False)
    assert fetched.content == PHOTO
    assert fetched.headers["Content-Type"] == "image/jpeg"
    assert "from%20the%20camera.jpeg" in fetched.headers["Content-Disposition"]
    response = site.app.get(f"/o/{identifier}/another%20name.jpeg", status=302)
    fetched = httpx.get(response.location, trust_env=False)
    assert "another%20name.jpeg" in fetched.headers["Content-Disposition"]
    # A URL that is signed for GET is not valid for HEAD.
    assert site.app.head(f"/o/{identifier}").content_length == len(PHOTO)
    site.services.editing.trash(identifier)
    site.app.get(f"/o/{identifier}", status=404)
    site.close()


def test_redirect_to_s3_ends_with_the_rights(
    tmp_path: Path, ini: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path, **ini, **{"s3.redirect": "60"})
    identifier = site.upload(PHOTO)
    image = site.services.images.get(identifier)
    limit(site.services, image, until=day(0))
    monkeypatch.setattr(type(site.services.showing), "end", lambda *_: time.time() + 20.5)
    response = site.app.get(f"/o/{identifier}", status=302)
    assert response.headers["Cache-Control"] == "public, max-age=10"
    assert "Expires=20" in response.location
    limit(site.services, image, until=day(-1))
    site.app.get(f"/o/{identifier}", status=410)
    site.close()


@pytest.mark.parametrize("fault", [Fault(refused=True, lost_answer=True), Fault(frozen=True)])
def test_cached_rendition_is_served_without_s3_and_misses_return_503(
    site: Site, proxy: FaultProxy, fault: Fault
) -> None:
    identifier = site.upload(PHOTO)
    hit = site.app.get(f"/100x100/{identifier}.jpeg")
    with proxy.broken(fault):
        assert site.app.get(f"/100x100/{identifier}.jpeg").body == hit.body
        site.app.get("/", headers={"Accept": "text/html"})
        for url in (f"/101x100/{identifier}.jpeg", f"/o/{identifier}"):
            assert int(site.app.get(url, status=503).headers["Retry-After"]) > 0
        site.app.post(
            "/upload/api/", upload_files=[("uploadfile", "other.jpeg", OTHER)], status=503
        )
        site.app.get("/healthz")
        site.app.get("/readyz", status=503)
    assert site.services.images.count() == 1
    site.app.get(f"/101x100/{identifier}.jpeg")
    assert site.app.get(f"/o/{identifier}").body == PHOTO
    assert site.upload(OTHER) == image_id(OTHER)
    site.app.get("/readyz")


def test_interrupted_s3_download_does_not_trash_the_image(site: Site, proxy: FaultProxy) -> None:
    identifier = site.upload(PHOTO)
    with proxy.broken(Fault(only=b"GET ", cut_response=len(PHOTO) // 2)):
        site.app.get(f"/102x100/{identifier}.jpeg", status=503)
    assert not site.services.images.get_any(identifier).trashed
    site.app.get(f"/102x100/{identifier}.jpeg")


def test_fallback_bucket_is_copied_on_access(
    server: S3Server, tmp_path: Path, ini: dict[str, str]
) -> None:
    """An original stored as `ID.jpeg` in another bucket is copied at the first request."""
    old = server.place()
    identifier = image_id(PHOTO)
    server.client.put_object(Bucket=old.bucket, Key=f"{identifier}.jpeg", Body=PHOTO)
    site = Site(tmp_path, **ini, **{"originals.fallbacks": f"s3:{old.bucket}"})
    with site.storage.originals.open(identifier) as file:
        assert file.read() == PHOTO
    head = server.client.head_object(Bucket=ini["s3.bucket"], Key=identifier)
    assert head["ContentType"] == "image/jpeg"
    assert head["Metadata"] == {"width": "400", "height": "300"}
    site.close()
    server.client.head_object(Bucket=old.bucket, Key=f"{identifier}.jpeg")
