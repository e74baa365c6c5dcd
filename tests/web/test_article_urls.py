"""Stable URLs of articles: picture, permissions and cache lifetime."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from webtest import TestApp

from huimages_app.app import make_app
from huimages_app.domain.models import Image
from huimages_app.errors import BadSetting
from huimages_app.factory import build_services
from huimages_app.services import article_memory
from huimages_app.services.image_patch import ImagePatch
from huimages_app.storage.interfaces import MetadataBackend
from tests.support.site import CLOSED, Site

NUMBER = "10106"
URL = f"/30x30/artnr/{NUMBER}"


def add(site: Site, seed: int, number: str = NUMBER) -> Image:
    return site.add(seed, references={"artnr": [number]}, title=f"view {seed}")


@pytest.fixture
def images(site: Site) -> list[Image]:
    return [add(site, seed) for seed in range(3)]


def shown(site: Site, url: str, **headers: str) -> str:
    """Return the ID of the picture at a URL; compare its bytes with the permanent URL."""
    response = site.app.get(url, headers={k.replace("_", "-"): v for k, v in headers.items()})
    permanent = site.app.get(urlsplit(response.headers["Content-Location"])._replace(
        scheme="", netloc="").geturl())  # fmt: skip
    assert response.body == permanent.body
    return response.headers["Content-Location"].split("/")[2]


def test_url_shows_main_picture_position_and_role(site: Site, images: Sequence[Image]) -> None:
    a, b, c = [image.id for image in images]
    articles = site.services.articles
    articles.set_role("artnr", NUMBER, c, "back")
    for _ in range(2):  # a miss, and a hit
        for url, expected in {
            URL: a,
            f"{URL}.jpeg": a,
            f"{URL}.png": a,
            f"{URL}/1.jpeg": a,
            f"{URL}/2.webp": b,
            f"{URL}/3": c,
            f"{URL}/back.jpeg": c,
            f"{URL}/main.jpeg": a,
            f"/o/artnr/{NUMBER}": a,
            f"/o/artnr/{NUMBER}/2.jpeg": b,
        }.items():
            assert shown(site, url) == expected, url
    for url in (f"{URL}/4.jpeg", f"{URL}/0.jpeg", f"{URL}/front.jpeg", f"{URL}/01.jpeg",
                f"{URL}/2/3.jpeg", "/30x30/artnr/nothing.jpeg", "/30x30/artnr/", "/30x30/ean/1",
                f"{URL}/1000.jpeg", f"{URL}/a%2Fb.jpeg"):  # fmt: skip
        site.app.get(url, status=404)


def test_change_is_visible_at_once(site: Site, images: Sequence[Image]) -> None:
    a, b, c = [image.id for image in images]
    assert shown(site, URL) == a
    site.services.articles.arrange("artnr", NUMBER, [b])
    assert shown(site, URL) == b
    site.services.editing.trash(b)
    assert shown(site, URL) == a
    site.services.editing.update(a, ImagePatch(references={"artnr": []}))
    assert shown(site, URL) == c
    site.services.editing.remove(c)
    site.app.get(URL, status=404)
    site.services.editing.restore(b)
    assert shown(site, URL) == b
    new = add(site, 9)
    assert shown(site, f"{URL}/2.jpeg") == new.id


def test_change_is_visible_at_once_for_a_number_with_other_blanks(site: Site) -> None:
    a, b = (site.add(seed, references={"artnr": ["A 1"]}) for seed in (1, 2))
    url = "/30x30/artnr/A%20%201"
    assert shown(site, url) == a.id
    site.services.articles.arrange("artnr", "A 1", [b.id])
    assert shown(site, url) == b.id


def test_change_of_another_process_is_visible_after_five_seconds(
    site: Site, images: Sequence[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(site.services.article_memory, "_clock", lambda: now)
    assert shown(site, URL) == images[0].id
    other = build_services(site.settings)
    other.articles.arrange("artnr", NUMBER, [images[1].id])
    other.close()
    now += 4.9
    assert shown(site, URL) == images[0].id
    now += 0.2
    assert shown(site, URL) == images[1].id


class Counted:
    def __init__(self, search: Any) -> None:
        self._search, self.pages = search, 0

    def page(self, *args: Any) -> Any:
        self.pages += 1
        return self._search.page(*args)


def test_hit_reads_metadata_at_most_once(site: Site, images: Sequence[Image]) -> None:
    site.app.get(URL)
    metadata: MetadataBackend = site.storage.metadata
    metadata.search = counted = Counted(metadata.search)  # type: ignore[assignment]
    metadata.images = None  # type: ignore[assignment]
    services = build_services(site.settings, replace(site.storage, metadata=metadata))
    app = TestApp(make_app(site.settings, services))
    for _ in range(5):
        assert app.get(URL).headers["Content-Location"].split("/")[2] == images[0].id
    assert counted.pages == 1


def test_open_site_sends_cacheable_headers(site: Site, images: Sequence[Image]) -> None:
    for _ in range(2):
        response = site.app.get(f"{URL}.jpeg")
        assert response.headers["Cache-Control"] == (
            "public, max-age=300, stale-while-revalidate=86400"
        )
        assert "Last-Modified" not in response.headers
        assert response.headers["Content-Location"] == f"/30x30/{images[0].id}/view-0.jpeg"
        etag = response.headers["ETag"]
    site.app.get(f"{URL}.jpeg", headers={"If-None-Match": etag}, status=304)
    part = site.app.get(f"{URL}.jpeg", headers={"Range": "bytes=0-9", "If-Range": etag})
    assert (part.status_int, len(part.body)) == (206, 10)
    site.services.articles.arrange("artnr", NUMBER, [images[1].id])
    # Of another picture, though its file is not newer.
    fresh = site.app.get(f"{URL}.jpeg", headers={"If-None-Match": etag})
    assert (fresh.status_int, fresh.headers["ETag"] != etag) == (200, True)
    head = site.app.head(f"{URL}.jpeg")
    assert (head.body, head.headers["ETag"]) == (b"", fresh.headers["ETag"])


def test_best_format_is_negotiated(site: Site, images: Sequence[Image]) -> None:
    webp = {"Accept": "image/webp,*/*"}
    first = site.app.get(f"{URL}.auto", headers=webp)
    assert first.content_type == "image/jpeg"
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert first.headers["Content-Location"].endswith(".jpeg")
    site.services.worker.join()
    best = site.app.get(f"{URL}.auto", headers=webp)
    assert best.content_type == "image/webp"
    assert best.headers["Vary"] == "Accept"
    assert best.headers["Content-Location"].endswith(".webp")
    assert site.app.get(f"{URL}.auto").content_type == "image/jpeg"


def test_stored_focal_point_applies(site: Site, images: Sequence[Image]) -> None:
    site.services.editing.update(images[0].id, ImagePatch(focus=(0.1, 0.9)))
    response = site.app.get(f"/20x20!/artnr/{NUMBER}.jpeg")
    assert response.headers["Content-Location"].startswith("/20x20!10,90/")


@pytest.mark.parametrize(
    ("number", "url"),
    [
        ("10106/02", "10106%252F02"),
        ("1.5", "1.5"),
        ("10.5", "10.5"),
        ("50%", "50%2525"),
        ("Größe 5", "Gr%C3%B6%C3%9Fe%205"),
        ("..", "%252E%252E"),
        ("@@x", "%2540%2540x"),
    ],
)
def test_number_of_any_form_has_a_url(site: Site, number: str, url: str) -> None:
    image = add(site, 1, number)
    for _ in range(2):
        assert shown(site, f"/30x30/artnr/{url}") == image.id
        assert shown(site, f"/30x30/artnr/{url}/1.jpeg") == image.id
    assert shown(site, site.services.article_urls.url("30x30", "artnr", number)) == image.id


def test_number_that_ends_like_a_format_is_a_whole_segment(site: Site) -> None:
    image = add(site, 1, "a.jpeg")
    assert shown(site, "/30x30/artnr/a.jpeg.jpeg") == image.id
    assert shown(site, "/30x30/artnr/a.jpeg/1.jpeg") == image.id
    site.app.get("/30x30/artnr/a.jpeg", status=404)


def test_closed_site_needs_permission_or_signature(
    tmp_path: Path, open_site: Callable[..., Site]
) -> None:
    site = open_site(tmp_path, **{**CLOSED, "sizes.allowed": "30x30 named"})
    image = add(site, 1)
    urls = site.services.article_urls
    for _ in range(2):
        site.app.get(URL, status=401)
    signed = urls.url("30x30", "artnr", NUMBER)
    response = site.app.get(signed)
    assert response.headers["Cache-Control"] == "private, max-age=300, stale-while-revalidate=86400"
    assert response.headers["Content-Location"] == f"/30x30/{image.id}/view-1.jpeg"
    site.app.get(signed.replace("10106", "10107"), status=401)
    _, token = site.services.tokens.add("r", ["read"])
    site.app.get(URL, headers={"Authorization": f"Bearer {token}"})
    # A size that is not free, for a while.
    end = int(time.time()) + 100
    response = site.app.get(urls.url("31x31", "artnr", NUMBER, expires=end))
    assert response.cache_control.max_age in range(90, 101)
    assert f"e={end}" in response.headers["Content-Location"]
    site.app.get(response.headers["Content-Location"])
    site.app.get(f"/31x31/artnr/{NUMBER}", status=403)


def test_articles_can_be_open_on_a_closed_site(
    tmp_path: Path, open_site: Callable[..., Site]
) -> None:
    site = open_site(tmp_path, **{**CLOSED, "articles.open": "true"})
    image = add(site, 1)
    assert shown(site, URL) == image.id
    assert "?" not in site.services.article_urls.url("30x30", "artnr", NUMBER)


def test_closed_site_of_any_size_signs_article_urls(
    tmp_path: Path, open_site: Callable[..., Site]
) -> None:
    site = open_site(tmp_path, **CLOSED)
    add(site, 1)
    site.app.get(site.services.article_urls.url("30x30", "artnr", NUMBER))
    unsigned = open_site(tmp_path / "2", **{**CLOSED, "signed": "off"})
    assert "?" not in unsigned.services.article_urls.url("30x30", "artnr", NUMBER)
    unsigned.app.get(URL, status=401)


def test_placeholder_picture_has_status_404(tmp_path: Path, open_site: Callable[..., Site]) -> None:
    image_id = open_site(tmp_path).add(5).id
    site = open_site(tmp_path, missing=image_id)
    response = site.app.get(URL, status=404)
    assert response.content_type == "image/jpeg"
    assert response.body == site.app.get(f"/30x30/{image_id}.jpeg").body
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert "Last-Modified" not in response.headers
    assert "Content-Location" not in response.headers
    site.services.editing.remove(image_id)
    assert "no image with artnr 10106" in site.app.get(URL, status=404).text


def test_missing_must_be_an_image_id(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"huimages\.missing"):
        Site(tmp_path, missing="x")


@pytest.mark.parametrize(
    ("accel", "header", "root"),
    [("nginx", "X-Accel-Redirect", "/huimages-articles"), ("lighttpd", "X-Sendfile", "")],
)
def test_web_server_in_front_sends_the_file(
    tmp_path: Path, accel: str, header: str, root: str, open_site: Callable[..., Site]
) -> None:
    site = open_site(tmp_path, accel=accel)
    image = add(site, 1)
    for _ in range(2):
        response = site.app.get(URL)
        assert response.body == b""
        root = root or f"{tmp_path}/cache"
        assert response.headers[header] == f"{root}/{image.id[:2]}/{image.id}/30x30.jpeg"
        assert "Content-Location" in response.headers
    etag = response.headers["ETag"]
    unchanged = site.app.get(URL, headers={"If-None-Match": etag}, status=304)
    assert unchanged.headers["ETag"] == etag
    assert header not in unchanged.headers
    site.app.get(URL, headers={"If-None-Match": '"x"'}, status=200)


def test_memory_drops_an_article_that_was_read_before_a_change(
    site: Site, images: Sequence[Image]
) -> None:
    """A request reads the article, another request changes it, then the first stores it."""
    articles, (a, b, _) = site.services.articles, images

    def find(key: str, number: str) -> Any:
        article = articles.find(key, number)
        memory.forget(b)
        return article

    memory = article_memory.ArticleMemory(find)
    assert memory.get("artnr", NUMBER).images[0] == a
    assert not memory._entries
