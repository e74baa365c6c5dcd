"""`/SIZE/ID[.EXT]` and `/SIZE/ID/NAME.EXT`, as a browser or the page of a shop requests them."""

from __future__ import annotations

import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from huimages_app.domain.ids import image_id
from huimages_app.imaging import LocalDecoder
from tests.support import pictures
from tests.support.site import Site

UNKNOWN = "A" * 32 + "01"


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


@pytest.fixture
def photo() -> bytes:
    return pictures.photo(width=800, height=600)


def test_upload_returns_id_derived_from_bytes(site: Site, photo: bytes) -> None:
    assert site.upload(photo) == image_id(photo)
    assert site.upload(photo) == image_id(photo)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("240x160", (213, 160)),
        ("150x150!", (150, 150)),
        ("75x75!30,70", (75, 75)),
        ("240x160@2x", (427, 320)),
        ("mini", (23, 17)),
        ("square", (75, 75)),
        ("100x", (100, 75)),
        ("x100", (133, 100)),
        ("5000x5000", (800, 600)),
    ],
)
def test_rendition_has_requested_size(
    site: Site, photo: bytes, size: str, expected: tuple[int, int]
) -> None:
    response = site.app.get(f"/{size}/{site.upload(photo)}.jpeg")
    assert response.content_type == "image/jpeg"
    assert opened(response.body).size == expected


@pytest.mark.parametrize(
    ("ending", "contenttype"),
    [
        ("", "image/jpeg"),
        (".jpeg", "image/jpeg"),
        (".jpg", "image/jpeg"),
        (".webp", "image/webp"),
        (".avif", "image/avif"),
        (".png", "image/png"),
        ("/any-name", "image/jpeg"),
        ("/any.name.webp", "image/webp"),
        ("/Sch%C3%B6ner-Stuhl_10106,02.jpeg", "image/jpeg"),
        ("/version-1.5", "image/jpeg"),
    ],
)
def test_rendition_url_accepts_extensions_and_names(
    site: Site, photo: bytes, ending: str, contenttype: str
) -> None:
    response = site.app.get(f"/120x120/{site.upload(photo)}{ending}")
    assert response.content_type == contenttype
    assert opened(response.body).get_format_mimetype() == contenttype


def test_rendition_under_many_names_is_cached_once(site: Site, photo: bytes) -> None:
    id_ = site.upload(photo)
    for path in (f"{id_}", f"{id_}.jpg", f"{id_}.jpeg", f"{id_}/a.jpeg", f"{id_}/b"):
        site.app.get(f"/64x64/{path}")
    assert len(site.cached()) == 1


def test_rendition_has_cache_headers(site: Site, photo: bytes) -> None:
    id_ = site.upload(photo)
    response = site.app.get(f"/64x64/{id_}.jpeg", headers={"Cookie": "a=b"})
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "ETag" not in response.headers  # docs/decisions/011
    assert response.last_modified is not None
    assert response.content_length == len(response.body)
    assert "Set-Cookie" not in response.headers
    assert "Vary" not in response.headers
    again = site.app.get(f"/64x64/{id_}.jpeg")
    assert again.last_modified == response.last_modified


def test_rendition_supports_head_and_conditions(site: Site, photo: bytes) -> None:
    url = f"/64x64/{site.upload(photo)}.jpeg"
    whole = site.app.get(url)
    head = site.app.head(url)
    assert head.content_length == len(whole.body)
    assert not head.body
    since = {"If-Modified-Since": whole.headers["Last-Modified"]}
    assert not site.app.get(url, headers=since, status=304).body
    before = {"If-Modified-Since": "Thu, 01 Jan 2009 00:00:00 GMT"}
    assert site.app.get(url, headers=before, status=200).body == whole.body


def test_original_is_returned_unchanged(site: Site, photo: bytes) -> None:
    id_ = site.upload(photo)
    response = site.app.get(f"/o/{id_}/name.png")
    assert response.body == photo
    assert response.content_type == "image/jpeg"
    part = site.app.get(f"/o/{id_}", headers={"Range": "bytes=10-19"}, status=206)
    assert part.body == photo[10:20]
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(photo)}"
    head = site.app.head(f"/o/{id_}", headers={"Range": "bytes=10-19"}, status=200)
    assert head.content_length == len(photo)
    site.app.get(f"/o/{id_}", headers={"If-None-Match": response.headers["ETag"]}, status=304)


@pytest.mark.parametrize("size", ["o", "64x64"])
def test_unsatisfiable_range_is_not_cacheable(site: Site, photo: bytes, size: str) -> None:
    # Caches don't look at the Range of a request: they would send the response to all of them.
    url = f"/{size}/{site.upload(photo)}.jpeg"
    whole = site.app.get(url)
    length = len(whole.body)
    response = site.app.get(url, headers={"Range": f"bytes={length}-"}, status=416)
    assert response.headers.getall("Cache-Control") == ["no-store"]
    assert response.headers["Content-Range"] == f"bytes */{length}"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Last-Modified" not in response.headers
    assert "ETag" not in response.headers
    assert site.app.get(url).body == whole.body


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (f"/64x64/{UNKNOWN}.jpeg", "no image"),
        (f"/o/{UNKNOWN}", "no image"),
        ("/64x64/ABC.jpeg", "is no image ID"),
        (f"/64y64/{UNKNOWN}", "is no size"),
        (f"/0x64/{UNKNOWN}", "is no size"),
        (f"/064x64/{UNKNOWN}", "is no size"),
        (f"/64x64/{UNKNOWN}.gif", "enditions end in"),
        (f"/64x64/{UNKNOWN.lower()}.jpeg", "is no image ID"),
        (f"/64x64/{UNKNOWN}/a/b", "nothing at this URL"),
        (f"/99999x1/{UNKNOWN}", "too large"),
    ],
)
def test_missing_image_file_returns_the_reason(site: Site, path: str, sentence: str) -> None:
    response = site.app.get(path, status=404)
    assert sentence in response.text
    assert response.headers["Cache-Control"] == "no-store"


def test_url_that_is_not_utf8_returns_400(site: Site) -> None:
    site.app.get("/%ff", status=400)
    site.app.get(f"/64x64/{UNKNOWN}/%ff.jpeg", status=400)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_image_file_wrong_method_returns_405(site: Site, photo: bytes, method: str) -> None:
    url = f"/64x64/{site.upload(photo)}.jpeg"
    response = site.app.request(url, method=method, status=405)
    assert response.headers["Allow"] == "GET, HEAD"


def test_disallowed_size_returns_403(tmp_path: Path, photo: bytes) -> None:
    site = Site(tmp_path, **{"sizes.allowed": "named, 300x300"})
    id_ = site.upload(photo)
    for size in ("300x300", "300x300@2x", "240x160", "square", "mini"):
        site.app.get(f"/{size}/{id_}.jpeg", status=200)
    response = site.app.get(f"/301x300/{id_}.jpeg", status=403)
    assert "301x300" in response.text
    site.app.get(f"/o/{id_}", status=403)
    site.close()


def test_hit_needs_no_storage(site: Site, photo: bytes) -> None:
    url = f"/64x64/{site.upload(photo)}.jpeg"
    first = site.app.get(url)
    shutil.rmtree(site.folder / "originals")
    site.close()
    for file in site.folder.glob("metadata.sqlite*"):
        file.unlink()
    assert site.app.get(url).body == first.body


def test_rendition_is_made_without_metadata_storage(site: Site, photo: bytes) -> None:
    id_ = site.upload(photo)
    site.close()
    for file in site.folder.glob("metadata.sqlite*"):
        file.unlink()
    site.settings.metadata_path.write_bytes(b"this is no database" * 1000)
    assert opened(site.app.get(f"/64x64/{id_}.jpeg").body).size == (64, 48)


def test_damaged_original_is_kept_and_returns_502(site: Site, photo: bytes) -> None:
    id_ = site.upload(photo)
    (file,) = (f for f in (site.folder / "originals").rglob("*") if f.name.startswith(id_))
    file.chmod(0o644)
    file.write_bytes(photo[:2000])
    for size in ("64x64", "o"):
        response = site.app.get(f"/{size}/{id_}.jpeg", status=502)
        assert response.headers["Cache-Control"] == "no-store"
    assert file.read_bytes() == photo[:2000]
    assert site.services.images.get_any(id_).trashed is None
    assert site.cached() == []


def test_200_concurrent_requests_make_one_rendition(
    tmp_path: Path, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path, **{"render.requests": "200"})
    url = f"/64x64/{site.upload(photo)}.jpeg"
    calls: list[int] = []
    render = LocalDecoder.render

    def counted(*args: Any, **named: Any) -> None:
        calls.append(1)
        render(*args, **named)

    monkeypatch.setattr(LocalDecoder, "render", counted)
    with ThreadPoolExecutor(200) as pool:
        bodies = set(pool.map(lambda _: site.app.get(url).body, range(200)))
    assert len(bodies) == 1
    assert len(calls) == 1
    site.close()


def test_trash_and_removal_delete_renditions(site: Site, photo: bytes) -> None:
    id_ = site.upload(photo)
    url = f"/64x64/{id_}.jpeg"
    site.app.get(url)
    site.services.editing.trash(id_)
    assert site.cached() == []
    site.app.get(url, status=404)
    site.app.get(f"/o/{id_}", status=404)
    site.services.editing.restore(id_)
    site.app.get(url, status=200)
    site.services.editing.remove(id_)
    assert site.cached() == []
    site.app.get(url, status=410)
    assert site.upload(photo) == id_
    site.app.get(url, status=200)
