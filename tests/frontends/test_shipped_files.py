"""nginx and lighttpd with the files of deploy/: requests that they answer without Python."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image

from huimages_app.domain.sizes import CLASSIC
from huimages_app.services.image_patch import ImagePatch
from tests.support import pictures
from tests.support.edge import Edge, edge

CHROME = "image/avif,image/webp,image/apng,*/*;q=0.8"
YEAR = {"max-age=31536000", "immutable"}
HEADERS = (
    "Content-Type",
    "X-Content-Type-Options",
    "Content-Security-Policy",
    "Referrer-Policy",
)
ENDINGS = {
    "": "jpeg",
    ".jpeg": "jpeg",
    ".jpg": "jpeg",
    ".webp": "webp",
    ".avif": "avif",
    ".png": "png",
    "/red-chair.jpeg": "jpeg",
    "/Sch%C3%B6ner-Stuhl_10106,02.jpeg": "jpeg",
    "/version-1.5": "jpeg",
    "/any.name.webp": "webp",
    "/name": "jpeg",
    "/.hidden": "jpeg",
}


@pytest.fixture(scope="module", params=["nginx", "lighttpd"])
def site(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp(request.param)
    settings = {"sizes.allowed": "named 150x150!", "proxy_addresses": "127.0.0.1"}
    with edge(request.param, folder, **settings) as site:
        yield site


@pytest.fixture(scope="module")
def image_id(site: Edge) -> str:
    return site.upload(pictures.photo(width=3000, height=2000))


def directives(response) -> set[str]:
    """Return the directives of Cache-Control; `public` is redundant beside max-age."""
    return {word.strip() for word in response.headers["Cache-Control"].split(",")} - {"public"}


def small_avif(site: Edge, path: str, quick: httpx.Response) -> httpx.Response:
    """Return the response with the smaller file that takes the place of the quick one."""
    assert "max-age=60" in directives(quick)
    for _ in range(600):
        response = site.get(path)
        if response.content != quick.content:
            return response
        time.sleep(0.1)
    raise AssertionError(f"{path} was not made smaller")


@pytest.mark.parametrize(("ending", "extension"), ENDINGS.items())
def test_hit_is_sent_without_the_application(
    site: Edge, image_id: str, ending: str, extension: str
) -> None:
    path = f"/small/{image_id}{ending}"
    made = site.get(path)
    assert made.status_code == 200, made.text
    if extension == "avif":
        made = small_avif(site, path, made)
    with site.without_application():
        hit = site.get(path)
    assert hit.content == made.content
    assert Image.open(io.BytesIO(hit.content)).format == extension.upper()
    assert directives(hit) == directives(made) == YEAR
    for name in ("Last-Modified", *HEADERS):
        assert hit.headers[name] == made.headers[name]
    assert "ETag" not in hit.headers
    assert "Vary" not in hit.headers
    assert "Set-Cookie" not in hit.headers


@pytest.mark.parametrize("size", [*CLASSIC, "240x160@2x", "square@3x", "75x75!", "150x150!@2x"])
def test_every_unsigned_size_is_a_hit(site: Edge, image_id: str, size: str) -> None:
    made = site.get(f"/{size}/{image_id}/a.jpeg")
    with site.without_application():
        assert site.get(f"/{size}/{image_id}.jpeg").content == made.content


def test_stored_focal_point_is_a_hit(site: Edge) -> None:
    image_id = site.upload(pictures.photo(width=400, height=300, seed=1))
    site.services.editing.update(image_id, ImagePatch(focus=(0.3, 0.7)))
    path = f"/150x150!30,70/{image_id}/a.jpeg"
    made = site.get(path)
    with site.without_application():
        assert site.get(path).content == made.content
    # One that is not the stored one leads there.
    moved = site.get(f"/150x150!1,2/{image_id}/a.jpeg")
    assert moved.status_code == 302
    assert moved.headers["Location"] == site.url + path


def test_hit_supports_head_and_ranges(site: Edge, image_id: str) -> None:
    path = f"/small/{image_id}.jpeg"
    whole = site.get(path).content
    with site.without_application():
        head = site.ask("HEAD", site.url + path)
        part = site.get(path, Range="bytes=10-19")
        after = site.get(path, Range=f"bytes={len(whole)}-")
    assert head.headers["Content-Length"] == str(len(whole))
    assert head.content == b""
    assert part.status_code == 206
    assert part.content == whole[10:20]
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert after.status_code == 416


def test_other_method_returns_405(site: Edge, image_id: str) -> None:
    response = site.ask("POST", f"{site.url}/small/{image_id}.jpeg")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"


def test_removed_image_is_not_sent(site: Edge) -> None:
    image_id = site.upload(pictures.photo(width=400, height=300, seed=2))
    path = f"/small/{image_id}.jpeg"
    assert site.get(path).status_code == 200
    site.services.editing.trash(image_id)
    assert site.get(path).status_code == 404
    assert "max-age" not in site.get(path).headers["Cache-Control"]
    site.services.editing.remove(image_id)
    assert site.get(path).status_code == 410


@pytest.mark.parametrize(
    "path",
    [
        "/~480/{id}.jpeg",
        "/%7E480/{id}.jpeg",
        "/~480/{id}/name.jpeg",
        "/~1600/{id}",
        "/{shard}/{id}/~480.jpeg",
        "/{shard}/{id}/%7e480.jpeg",
        "/240x160/{id}/../~480.jpeg",
        "/240x160/../{shard}/{id}/~480.jpeg",
        "/240x160/..%2f{shard}%2f{id}%2f~480.jpeg",
        "/{shard}/{id}/33x33.jpeg",
        "/{shard}/{id}/33x33.jpeg?/33x33/{id}.jpeg",
        "/huimages-cache/{shard}/{id}/33x33.jpeg",
        "/huimages-cache/{shard}/{id}/~480.jpeg",
        "/33x33/{id}.jpeg",
        "/33x33/{id}/name.jpeg",
        "//33x33//{id}.jpeg",
        "/./33x33/./{id}.jpeg",
        "/33x33%00/{id}.jpeg",
        "/33x33/{id}.jpeg%00",
        "/33x33/{id}.jpeg?s=" + "A" * 32,
        "/33x33/{id}.jpeg?s=",
        "/small/../33x33/{id}.jpeg",
        "/small%2f..%2f33x33/{id}.jpeg",
        "/metadata.sqlite",
        "/../metadata.sqlite",
        "/..%2fmetadata.sqlite",
        "/%2e%2e/metadata.sqlite",
        "/cache.tmp/count",
        "/../cache.tmp/count",
        "/o/{id}",
        "/metrics",
        "//metrics",
        "/metrics/",
        "/metrics//",
        "/metrics/x",
        "/%6detrics/",
        "/./metrics/",
        "/@@metrics",
        "/%40@metrics/",
        "/{shard}/{id}/23x40@3x.webp?/metrics",
        "/{shard}/",
        "/{shard}/{id}/",
    ],
)
def test_forbidden_path_is_not_sent(site: Edge, image_id: str, path: str) -> None:
    # All of it is in the cache: copies that renditions are made from, and a signed size.
    site.services.worker.join()
    deadline = time.monotonic() + 30
    while not site.cached(image_id, "~480.jpeg").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert site.cached(image_id, "~480.jpeg").exists()
    assert site.get(site.signed("33x33", f"/33x33/{image_id}.jpeg")).status_code == 200
    assert site.cached(image_id, "33x33.jpeg").exists()
    response = site.raw(path.format(id=image_id, shard=image_id[:2]))
    status, body = int(response.split()[1]), response.partition(b"\r\n\r\n")[2]
    assert status in (400, 403, 404)
    assert not body.startswith((b"\xff\xd8", b"SQLite"))


def test_signed_size_needs_valid_signature(site: Edge, image_id: str) -> None:
    path = f"/320x320/{image_id}/a name.jpeg"
    url = site.signed("320x320", path)
    made = site.get(url)
    hit = site.get(url)
    assert made.status_code == hit.status_code == 200
    assert Image.open(io.BytesIO(hit.content)).size == (320, 213)
    assert directives(hit) == YEAR
    for name in HEADERS:
        assert hit.headers[name] == made.headers[name]
    assert "X-Accel-Redirect" not in hit.headers
    assert "X-Sendfile" not in hit.headers
    part = site.get(url, Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, hit.content[10:20])
    since = hit.headers["Last-Modified"]
    assert site.get(url, If_Modified_Since=since).status_code == 304
    head = site.ask("HEAD", site.url + url)
    assert head.headers["Content-Length"] == str(len(hit.content))
    # In the cache, and still not served without the signature.
    for wrong in (path, url[:-1] + ("A" if url[-1] != "A" else "B"), url.replace(".jpeg", ".png")):
        assert site.get(wrong).status_code == 403


def test_expired_signature_is_refused(site: Edge, image_id: str) -> None:
    path = f"/321x321/{image_id}.jpeg"
    response = site.get(site.signed("321x321", path, int(time.time()) + 60))
    (age,) = (word for word in directives(response) if word.startswith("max-age="))
    assert 0 < int(age.removeprefix("max-age=")) <= 60
    assert site.get(site.signed("321x321", path, 1)).status_code == 403


def test_original_is_returned_by_the_application(site: Edge) -> None:
    photo = pictures.photo(width=400, height=300, seed=3)
    url = site.signed("o", f"/o/{site.upload(photo)}/a.jpeg")
    response = site.get(url)
    assert response.content == photo
    assert site.get(url, If_None_Match=response.headers["ETag"]).status_code == 304
    assert site.get(url, Range="bytes=5-9").content == photo[5:10]


@pytest.mark.parametrize("ending", [".auto", "/red-chair.auto"])
def test_negotiated_hit_has_best_accepted_format(site: Edge, ending: str) -> None:
    image_id = site.upload(pictures.photo(width=400, height=300, seed=len(ending)))
    path = f"/medium/{image_id}{ending}"
    first = site.get(path, Accept=CHROME)
    assert first.headers["Content-Type"] == "image/jpeg"
    assert first.headers["Vary"] == "Accept"
    assert "max-age=60" in directives(first)
    deadline = time.monotonic() + 30
    while site.get(path, Accept=CHROME).headers["Content-Type"] != "image/avif":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    with site.without_application():
        for accept, contenttype in (
            (CHROME, "image/avif"),
            ("*/*", "image/jpeg"),
            ("image/avif;q=0, */*", "image/jpeg"),
        ):
            hit = site.get(path, Accept=accept)
            assert hit.headers["Content-Type"] == contenttype
            assert hit.headers["Vary"] == "Accept"
            assert directives(hit) == YEAR


def test_pages_and_health_pass_the_server(site: Edge, image_id: str) -> None:
    assert site.get("/healthz").text == "ok\n"
    assert f"/{image_id}" in site.get("/").text
    assert site.get(f"/image/{image_id}/").status_code == 200
    assert site.get("/static/site.css").headers["Content-Type"].startswith("text/css")


def test_request_has_one_id_in_response_and_log(site: Edge, image_id: str) -> None:
    """nginx makes the ID; lighttpd passes on the one that it gets."""
    response = site.get(f"/image/{image_id}/", X_Request_ID="edge-1")
    request_id = response.headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}" if site.kind == "nginx" else "edge-1", request_id)
    missing = site.get("/nothing", X_Request_ID="not plain")
    assert re.fullmatch(r"[0-9a-f]{16,32}", missing.headers["X-Request-ID"])
    # A rendition that the application has authorized and the web server sends.
    signed = site.signed("322x322", f"/322x322/{image_id}.jpeg")
    assert len({site.get(signed).headers["X-Request-ID"] for _ in range(3)}) >= (
        3 if site.kind == "nginx" else 1
    )
