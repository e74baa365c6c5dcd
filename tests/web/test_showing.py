"""Rights that end: responses to visitors and editors before, within and after the days."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from webtest import TestApp

from huimages_app.domain.models import Image
from huimages_app.domain.sizes import Size
from tests.support.days import day, limit, pass_time
from tests.support.site import CLOSED, Site

DAY = 86_400
SIZE = Size.parse("30x30")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Site]:
    """A site that everyone may look at and only editors may change."""
    site = Site(
        tmp_path,
        **CLOSED | {"who.view": "everyone", "sizes.allowed": "30x30 o 150x150!", "signed": "sizes"},
    )
    site.services.accounts.add("erna", "editor", "a long password")
    yield site
    site.close()


@pytest.fixture
def image(shop: Site) -> Image:
    return shop.add(title="Quay", references={"artnr": ["10106"]})


@pytest.fixture
def editor(shop: Site) -> TestApp:
    browser = shop.browser()
    page = browser.get("/login")
    form = next(form for form in page.forms.values() if "password" in form.fields)
    form["name"], form["password"] = "erna", "a long password"
    form.submit()
    return browser


def urls(shop: Site, image: Image) -> list[str]:
    """Return the URLs of the files of an image: free, signed, of its article, negotiated."""
    signed = f"/31x31/{image.id}.jpeg"
    return [
        f"/30x30/{image.id}.jpeg",
        f"/30x30/{image.id}/name.webp",
        f"/30x30/{image.id}.auto",
        f"/o/{image.id}",
        signed + shop.services.sizes.query(Size.parse("31x31"), signed),
        "/30x30/artnr/10106.jpeg",
        "/30x30/artnr/10106/1.jpeg",
        "/o/artnr/10106",
    ]


@pytest.mark.parametrize("is_cached", [False, True])
@pytest.mark.parametrize(("days", "status"), [({"until": -1}, 410), ({"from_": 1}, 404)])
def test_files_are_not_served_outside_of_the_days(
    shop: Site, image: Image, days: dict[str, int], status: int, is_cached: bool
) -> None:
    limit(shop.services, image, until=day(0))
    for url in urls(shop, image):
        if is_cached:
            assert shop.app.get(url).status_int == 200, url
    pass_time(shop.storage.metadata, image, **days)
    shop.services.article_memory.forget(image)
    for url in urls(shop, image):
        for method in ("GET", "HEAD"):
            response = shop.app.request(url, method=method, expect_errors=True)
            assert response.status_int == status, (url, response.text)
            assert response.headers["Cache-Control"] == "no-store"


def test_max_age_never_reaches_past_the_end(shop: Site, image: Image) -> None:
    limit(shop.services, image, from_=day(0), until=day(0))
    for _ in range(2):  # a miss, and a hit
        for url in urls(shop, image):
            left = DAY - time.time() % DAY
            response = shop.app.get(url)
            parts = re.findall(r"(?:max-age|revalidate)=(\d+)", response.headers["Cache-Control"])
            assert sum(map(int, parts)) <= left, (url, response.headers["Cache-Control"])
            assert "immutable" not in response.headers["Cache-Control"]


def test_web_servers_find_no_file_of_an_image_with_an_end(shop: Site, image: Image) -> None:
    shop.app.get(f"/30x30/{image.id}.jpeg")
    assert "30x30.jpeg" in shop.cached()
    limit(shop.services, image, until=day(1))
    assert not [name for name in shop.cached() if not name.startswith("~")]
    first = shop.app.get(f"/30x30/{image.id}.jpeg")
    again = shop.app.get(f"/30x30/{image.id}.jpeg")
    assert first.body == again.body
    assert [name for name in shop.cached() if not name.startswith("~")] == ["LIMITED-30x30.jpeg"]


def test_limited_rendition_is_made_once(
    shop: Site, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(shop.services, image, until=day(1))
    shop.app.get(f"/30x30/{image.id}.jpeg")
    shop.app.get(f"/30x30/{image.id}.auto", headers={"Accept": "image/webp"})
    shop.services.worker.join()
    monkeypatch.setattr(shop.services.decoder, "render", lambda *_: pytest.fail("rendered again"))
    shop.app.get(f"/30x30/{image.id}.jpeg")
    shop.app.get("/30x30/artnr/10106.jpeg")
    response = shop.app.get(f"/30x30/{image.id}.auto", headers={"Accept": "image/webp"})
    assert response.content_type == "image/webp"


@pytest.mark.parametrize("days", [{"until": ""}, {"until": "", "from_": -1}])
def test_image_whose_rights_do_not_end_any_more_is_plain_again(
    shop: Site, image: Image, days: dict[str, int | str]
) -> None:
    limit(shop.services, image, until=day(1))
    shop.app.get(f"/30x30/{image.id}.jpeg")
    limit(shop.services, image, **days)
    for _ in range(2):
        response = shop.app.get(f"/30x30/{image.id}.jpeg")
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert [name for name in shop.cached() if not name.startswith("~")] == ["30x30.jpeg"]


def test_image_is_plain_once_its_rights_have_begun(shop: Site, image: Image) -> None:
    limit(shop.services, image, from_=day(1))
    shop.app.get(f"/30x30/{image.id}.jpeg", status=404)
    pass_time(shop.storage.metadata, image, from_=day(0))
    shop.app.get(f"/30x30/{image.id}.jpeg")
    assert "30x30.jpeg" in shop.cached()


def test_article_shows_the_next_main_picture(shop: Site, image: Image) -> None:
    second = shop.add(1, references={"artnr": ["10106"]})
    limit(shop.services, image, until=day(-1))
    for url in ("/30x30/artnr/10106.jpeg", "/30x30/artnr/10106/main.jpeg"):
        assert second.id in shop.app.get(url).headers["Content-Location"]
    # A position stays with its picture.
    shop.app.get("/30x30/artnr/10106/1.jpeg", status=410)
    assert second.id in shop.app.get("/30x30/artnr/10106/2.jpeg").headers["Content-Location"]
    tile = shop.browser().get("/article/").html.select_one(".tiles img")
    assert second.id in tile["src"]


def test_placeholder_is_the_body_of_the_410_of_an_article(tmp_path: Path) -> None:
    site = Site(tmp_path / "a")
    missing = site.add(5)
    site.close()
    site = Site(tmp_path / "a", missing=missing.id)
    image = site.add(references={"artnr": ["7"]})
    limit(site.services, image, until=day(-1))
    response = site.app.get("/30x30/artnr/7.jpeg", status=410)
    assert response.body == site.app.get(f"/30x30/{missing.id}.jpeg").body
    site.close()


def pages(image: Image) -> list[str]:
    return ["/image/", "/", "/search?q=quay", "/article/10106/", "/feed.atom", "/sitemap.xml"]


@pytest.mark.parametrize("days", [{"until": -1}, {"from_": 1}])
def test_image_is_on_no_page_for_visitors(shop: Site, image: Image, days: dict[str, int]) -> None:
    for url in pages(image):
        assert image.id in shop.browser().get(url).text, url
    limit(shop.services, image, **days)
    for url in pages(image):
        assert image.id not in shop.browser().get(url).text, url
    items = shop.app.get("/api/v1/images").json["items"]
    assert items == []
    assert shop.app.get("/api/v1/articles/10106").json["images"] == []
    shop.app.get("/api/v1/images/random", status=404)
    status = 410 if "until" in days else 404
    for url in (
        f"/image/{image.id}/",
        f"/image/{image.id}/around",
        f"/image/{image.id}/place",
        f"/api/v1/images/{image.id}",
        f"/image/{image.id}/download",
        f"/image/{image.id}/download?size=30x30&format=jpeg",
        f"/oembed?url=http://localhost/image/{image.id}/",
    ):
        shop.app.get(url, status=status)


def test_neighbours_skip_images_hidden_from_the_visitor(
    shop: Site, image: Image, editor: TestApp
) -> None:
    hidden, last = shop.add(1), shop.add(2)
    limit(shop.services, hidden, until=day(-1))
    page = shop.browser().get(f"/image/{last.id}/")
    assert image.id in page.html.select_one('link[rel="next"]')["href"]
    assert image.id in shop.app.get(f"/image/{last.id}/next", status=302).location
    assert last.id in shop.app.get(f"/image/{image.id}/previous", status=302).location
    assert hidden.id in editor.get(f"/image/{last.id}/next", status=302).location


def test_oembed_is_cached_until_the_end_at_most(shop: Site, image: Image) -> None:
    limit(shop.services, image, until=day(0))
    data = shop.app.get(f"/oembed?url=http://localhost/image/{image.id}/").json
    assert data["cache_age"] <= DAY - time.time() % DAY


@pytest.mark.parametrize(
    ("days", "badge"), [({"until": -1}, "Rights ended"), ({"from_": 1}, "Not yet")]
)
def test_editors_see_the_image_with_a_badge(
    shop: Site, image: Image, editor: TestApp, days: dict[str, int], badge: str
) -> None:
    limit(shop.services, image, **days)
    for url in pages(image)[:4]:
        html = editor.get(url).html
        picture = html.select_one(f'a[href*="{image.id}"] img')
        require_shown_to_editors_only(shop, picture["src"])
    assert badge in editor.get("/image/").html.select_one(".grid .badge").text
    page = editor.get(f"/image/{image.id}/")
    assert badge in page.html.select_one("#showing").text
    require_shown_to_editors_only(shop, page.html.select_one(".stage img")["src"])


def require_shown_to_editors_only(shop: Site, url: str) -> None:
    parts = urlsplit(url)
    for _ in range(2):  # a miss, and a hit
        response = shop.app.get(f"{parts.path}?{parts.query}")
        assert response.headers["Cache-Control"].startswith("private, max-age=")
        assert 1700 < response.cache_control.max_age <= 3600
    shop.app.get(parts.path, status=[403, 404, 410])
    end = int(re.search(r"e=(\d+)", parts.query)[1])  # type: ignore[index]
    forged = parts.query.replace(f"e={end}", f"e={end + DAY}")
    shop.app.get(f"{parts.path}?{forged}", status=[403, 404, 410])


def test_public_signature_of_an_ended_image_returns_410(
    shop: Site, image: Image, editor: TestApp
) -> None:
    limit(shop.services, image, until=day(-1))
    path = f"/31x31/{image.id}.jpeg"
    query = shop.services.sizes.query(Size.parse("31x31"), path, int(time.time()) + 60)
    shop.app.get(path + query, status=410)


def test_zip_leaves_out_images_that_may_not_be_shown(shop: Site, image: Image) -> None:
    other = shop.add(1, title="Other")
    limit(shop.services, image, until=day(-1))
    for rendition in (None, (SIZE, SIZE.format_for())):
        images = shop.services.images.get_many([image.id, other.id]).values()
        content = b"".join(shop.services.downloads.archive(images, rendition))
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        assert len(names) == 2
        assert "not included.txt" in names


def test_json_states_whether_the_image_is_shown(site: Site) -> None:
    image = site.add()
    states = {"shown": {"until": day(0)}, "ended": {"until": day(-1)}}
    for state, days in states.items():
        limit(site.services, image, **days)
        data: dict[str, Any] = site.app.get(f"/api/v1/images/{image.id}").json
        assert (data["showing"], data["rights"]["until"]) == (state, days["until"])
    # A program that shows pages to the public must not get URLs for editors.
    assert not any("?" in entry["url"] for entry in data["urls"].values())


def test_api_changes_the_days_and_refuses_invalid_ones(site: Site) -> None:
    url = f"/api/v1/images/{site.add().id}"
    site.app.patch_json(url, {"rights": {"from": day(0), "until": day(1)}})
    assert site.app.get(url).json["rights"]["until"] == day(1)
    response = site.app.patch_json(url, {"rights": {"until": "31.12.2026"}}, status=400)
    assert "expected a day like 2026-12-31" in response.json["detail"]
    response = site.app.patch_json(url, {"rights": {"until": day(-1)}}, status=400)
    assert "a first day that is not after the last" in response.json["detail"]
    site.app.patch_json(url, {"rights": {"from": None, "until": None}})
    assert site.app.get(url).json["rights"]["until"] is None


def test_form_has_fields_for_the_days(site: Site, browser: TestApp) -> None:
    image = site.add()
    page = browser.get(f"/image/{image.id}/")
    form = next(form for form in page.forms.values() if form.action.endswith("/rights"))
    form["until"] = day(1)
    page = form.submit().follow()
    assert site.services.images.get(image.id).rights.until == day(1)
    assert page.html.select_one("#right-until")["type"] == "date"
    assert "May be shown until" in page.html.select_one("#facts").text
    form["until"] = "2026-02-30"
    assert form.submit(expect_errors=True).status_int == 400
