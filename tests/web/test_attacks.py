"""Attacks with IDs, paths, headers and active content, all of which fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.domain.ids import image_id as id_of
from tests.support import pictures
from tests.support.services import add
from tests.support.site import CLOSED, Site

PHOTO = pictures.photo(width=60, height=40)
UNKNOWN = "A" * 32 + "01"


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, **CLOSED)
    yield site
    site.close()


# -- guessing IDs ---------------------------------------------------------------------------


def test_closed_site_reveals_no_image_ids(closed: Site) -> None:
    """URLs that list or link images are closed; open ones need an ID of 160 bits."""
    _, text = closed.services.tokens.add("test", ["upload"])
    closed.app.authorization = ("Bearer", text)
    image_id = closed.upload(PHOTO, query="?title=sunset&tags=sea")
    closed.app.authorization = None
    for path in ("/", "/image/", "/image/random", "/tag/", "/tag/sea/", "/search?q=sunset",
                 "/favorites/", f"/image/{image_id}/"):  # fmt: skip
        response = closed.app.get(path, status="*")
        assert response.status_int in {401, 404}
        assert image_id not in response.text
    closed.app.get(f"/240x160/{image_id}.jpeg", status=200)


def test_trashed_image_responds_like_unknown_image(site: Site) -> None:
    image_id = site.upload(PHOTO)
    site.app.get(f"/240x160/{image_id}.jpeg", status=200)
    site.services.editing.trash(image_id)
    for path in ("/240x160/{}.jpeg", "/o/{}"):
        gone, never = (
            site.app.get(path.format(id_), status=404).text.replace(id_, "ID")
            for id_ in (image_id, UNKNOWN)
        )
        assert gone == never


def test_ids_of_similar_pictures_have_nothing_in_common() -> None:
    assert id_of(PHOTO)[:6] != id_of(PHOTO + b"\0")[:6]


# -- paths ----------------------------------------------------------------------------------

OUTSIDE = (
    "/240x160/../../metadata.sqlite",
    "/240x160/%2e%2e%2f%2e%2e%2fmetadata.sqlite",
    "/240x160/ID%2f..%2f..%2f..%2fmetadata.sqlite",
    "/240x160/ID/..%2f..%2f..%2fmetadata.sqlite",
    "/240x160/..%5c..%5cmetadata.sqlite",
    "/o/../secret",
    "/o/%00",
    "/%2e%2e/ID",
    "/240x160/ID%00.jpeg",
    "/240x160;x/ID.jpeg",
    "/240x160/ID.jpeg/../../x",
    "/240x160/id.jpeg",
    "/static/../settings.py",
    "/static/..%2fsettings.py",
    "/static/%2e%2e/%2e%2e/development.ini",
    "/static//etc/passwd",
    "/static/..%5c..%5csettings.py",
    "/static/site.css%00",
    "//240x160/" + "x" * 5000,
    "/" + "9" * 5000 + "x1/ID",
    "/image/" + "../" * 30 + "etc/passwd",
    "/%c0%ae%c0%ae/",
    "/%ff/ID",
)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that does nothing in the background."""
    site = Site(tmp_path_factory.mktemp("quiet"), chain="off")
    yield site
    site.close()


@pytest.mark.parametrize("path", OUTSIDE)
def test_path_traversal_returns_no_file(quiet: Site, path: str) -> None:
    image_id = quiet.upload(PHOTO)
    before = sorted(quiet.folder.rglob("*"))
    url = path.replace("ID", image_id).replace("id.", f"{image_id.lower()}.")
    response = quiet.app.get(url, status="*", expect_errors=True)
    assert response.status_int in {302, 400, 404}
    assert b"SQLite format" not in response.body
    assert b"import" not in response.body
    assert b"root:" not in response.body
    assert sorted(quiet.folder.rglob("*")) == before


@pytest.mark.parametrize("path", ["/o%2fID", "/o/ID.jpeg%00.html", "/o/ID/x%00.html", "/o/ID/..x"])
def test_unusual_url_spelling_returns_the_same_picture(quiet: Site, path: str) -> None:
    response = quiet.app.get(path.replace("ID", quiet.upload(PHOTO)))
    assert response.body == PHOTO
    assert response.content_type == "image/jpeg"


def test_overlong_filename_in_url_is_accepted(site: Site) -> None:
    image_id = site.upload(PHOTO)
    site.app.get(f"/240x160/{image_id}/{'n' * 5000}.jpeg", status=200)
    site.app.get(f"/240x160/{image_id}/{'%2e%2e%2f' * 20}x.webp", status=[200, 404])
    assert all(len(name) < 100 for name in site.cached())


# -- headers --------------------------------------------------------------------------------

INJECTED = 'a"\r\nSet-Cookie: evil=1\r\n\r\n<script>alert(1)</script>.jpeg'


def test_hostile_names_and_titles_stay_text(site: Site) -> None:
    image = add(site.services, PHOTO, title=INJECTED, filename=INJECTED).image
    assert image.title.isprintable()
    assert image.filename.isprintable()
    page = site.app.get("/")
    assert "<script>alert" not in page.text
    assert "evil" not in str(page.headers)
    assert "<script>" not in site.services.urls.tag(image, "small", {"title": image.title})
    assert "Set-Cookie" not in site.app.get(site.services.urls.named_url(image, "o")).headers


def test_filename_in_url_cannot_inject_header(site: Site) -> None:
    image_id = site.upload(PHOTO)
    response = site.app.get(f"/o/{image_id}/a%22%0d%0aSet-Cookie:%20evil=1%0d%0a.jpeg")
    assert "Set-Cookie" not in response.headers
    for value in response.headers.values():
        assert value.isprintable()


def test_redirect_contains_no_line_break(site: Site) -> None:
    response = site.app.get("/image/%0d%0aSet-Cookie:%20evil=1", status="*")
    assert "Set-Cookie" not in response.headers


# -- active content ---------------------------------------------------------------------------

SCRIPT = b"<html><script>alert(document.domain)</script></html>"


def gif_that_is_javascript() -> bytes:
    """Return a GIF that is also a script: its header begins a comment, `GIF89a/*…*/=1;alert(1)`."""
    gif = bytearray(pictures.animation(frames=1))
    return bytes(gif) + b"*/=1;alert(1);//"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pictures.html_polyglot(), id="html in a comment"),
        pytest.param(PHOTO + SCRIPT, id="html behind a jpeg"),
        pytest.param(pictures.png() + SCRIPT, id="html behind a png"),
        pytest.param(gif_that_is_javascript(), id="a gif that is a script"),
        pytest.param(PHOTO + b"PK\x05\x06" + bytes(18), id="a jpeg that is a zip"),
    ],
)
def test_html_in_a_picture_is_not_executed(site: Site, content: bytes) -> None:
    response = site.app.post(
        "/upload/api/", upload_files=[("uploadfile", "page.html", content)], status=[200, 415]
    )
    if response.status_int == 415:
        return
    for path in ("", "/page.html", "/page.svg", "/page.js"):
        original = site.app.get(f"/o/{response.text}{path}")
        assert original.content_type.startswith("image/")
        assert original.content_type != "image/svg+xml"
        assert original.headers["X-Content-Type-Options"] == "nosniff"
        assert original.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    rendition = site.app.get(f"/240x160/{response.text}.jpeg")
    assert b"<script" not in rendition.body
    assert rendition.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "content", [pictures.svg(), SCRIPT, b"%PDF-1.4\n", b"", b"<?xml version='1.0'?><svg/>"]
)
def test_rejected_upload_leaves_no_file(site: Site, content: bytes) -> None:
    files = [("uploadfile", "innocent.jpeg", content)]
    site.app.post("/upload/api/", upload_files=files, status=[400, 415])
    site.app.get(f"/o/{id_of(content)}", status=404)


# -- host names -------------------------------------------------------------------------------


def test_unknown_host_name_returns_400(tmp_path: Path) -> None:
    site = Site(tmp_path, hosts="localhost 127.0.0.1")
    site.browser().get("/", status=200)
    site.browser().get("/", headers={"Host": "127.0.0.1:6543"}, status=200)
    image_id = site.upload(pictures.photo(60, 40))
    path = f"/30x20/{image_id}.jpeg"
    for _ in range(2):  # made, and then from the cache
        site.app.get(path, headers={"Host": "127.0.0.1:6543"}, status=200)
    for url in ("/", path):
        response = site.app.get(url, headers={"Host": "rebound.example"}, status=400)
        assert "huimages.hosts" in response.text
    site.close()
