"""Metadata of image pages for other systems: oEmbed, Open Graph, Schema.org."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from webtest import TestApp

from huimages_app.services.image_patch import ImagePatch
from tests.support.site import CLOSED, Site

HOSTILE = "</script><script>alert('x')</script>\"&amp;"


def oembed(site: Site, url: str, **more: object) -> str:
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/oembed?url={quote(url, safe='')}{query}"


@pytest.mark.parametrize(
    "page_url",
    [
        "http://localhost/image/{}/",
        "http://localhost/image/{}",
        "https://localhost/image/{}/?in=tag:sea#x",
        "HTTP://LocalHost/image/{}/",
        "http://localhost/240x160/{}/any-name.jpeg",
        "http://localhost/o/{}",
        "http://localhost/75x75%21/{}.webp",
    ],
)
def test_oembed_of_image_url_returns_photo(site: Site, page_url: str) -> None:
    image = site.add(width=800, height=600, title="Quay")
    response = site.app.get(oembed(site, page_url.format(image.id)))
    assert response.content_type == "application/json"
    data = response.json
    assert (data["version"], data["type"], data["title"]) == ("1.0", "photo", "Quay")
    assert data["url"] == f"http://localhost/1024x768/{image.id}/Quay.jpeg"
    assert (data["width"], data["height"]) == (800, 600)
    assert (data["thumbnail_width"], data["thumbnail_height"]) == (213, 160)
    assert site.app.get(data["url"]).content_type == "image/jpeg"


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"maxwidth": 400}, (400, 300)),
        ({"maxheight": 150}, (200, 150)),
        ({"maxwidth": 300, "maxheight": 100}, (133, 100)),
        ({"maxwidth": 5000}, (800, 600)),
        ({"maxwidth": 999_999_999}, (800, 600)),
        ({"maxwidth": 1}, (1, 1)),
    ],
)
def test_oembed_respects_maximum_dimensions(
    site: Site, limits: dict[str, int], expected: tuple[int, int]
) -> None:
    image = site.add(width=800, height=600)
    data = site.app.get(oembed(site, f"http://localhost/image/{image.id}/", **limits)).json
    assert (data["width"], data["height"]) == expected
    assert data.get("thumbnail_width", 0) <= data["width"]


def test_oembed_uses_an_allowed_size(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"sizes.allowed": "named"})
    image = site.add(width=800, height=600)
    page = f"http://localhost/image/{image.id}/"
    data = site.app.get(oembed(site, page, maxwidth=500)).json
    assert (data["width"], data["height"]) == (477, 358)
    assert "/477x800/" in data["url"]
    problem = site.app.get(oembed(site, page, maxwidth=5), status=404).json
    assert "no size within" in problem["detail"]
    site.close()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?url=", 400),
        ("?url=http://[", 400),
        ("?url=http://localhost/image/{id}/&maxwidth=0", 400),
        ("?url=http://localhost/image/{id}/&maxwidth=x", 400),
        ("?url=http://localhost/image/{id}/&format=xml", 501),
        ("?url=http://elsewhere.example/image/{id}/", 404),
        ("?url=http://localhost/tag/sea/", 404),
        ("?url=http://localhost/image/" + "A" * 32 + "01/", 404),
        ("?url=/image/{id}/", 404),
    ],
)
def test_oembed_of_other_url_returns_404(site: Site, query: str, status: int) -> None:
    response = site.app.get("/oembed" + query.format(id=site.add().id), status=status)
    assert response.content_type == "application/problem+json"


def test_oembed_accepts_urls_of_the_image_host(tmp_path: Path) -> None:
    site = Site(tmp_path, image_url="https://img.example.com/p", origins="https://www.example.com")
    image = site.add(title="Quay")
    for url in (
        f"https://img.example.com/p/240x160/{image.id}/Quay.jpeg",
        f"https://www.example.com/image/{image.id}/",
    ):
        data = site.app.get(oembed(site, url)).json
        assert data["url"] == f"https://img.example.com/p/1024x768/{image.id}/Quay.jpeg"
    site.close()


def test_oembed_of_closed_site_needs_permission(tmp_path: Path) -> None:
    site = Site(tmp_path, **CLOSED)
    site.app.get(oembed(site, f"http://localhost/image/{site.add().id}/"), status=401)
    site.close()


# -- metadata in the page -------------------------------------------------------------------


def test_image_page_links_to_oembed(site: Site, browser: TestApp) -> None:
    image = site.add(width=800, height=600, title="Quay")
    page = browser.get(f"/image/{image.id}/?in=tag:sea")
    link = page.html.select_one('link[type="application/json+oembed"]')
    assert site.app.get(link["href"]).json["title"] == "Quay"
    canonical = page.html.select_one("link[rel=canonical]")["href"]
    assert canonical == f"http://localhost/image/{image.id}/"


def test_image_page_has_open_graph_properties(site: Site, browser: TestApp) -> None:
    image = site.add(width=800, height=600, title="Quay")
    site.services.editing.update(image.id, ImagePatch(alt="A quay at night"))
    page = browser.get(f"/image/{image.id}/")
    found = {tag["property"]: tag["content"] for tag in page.html.select("meta[property]")}
    assert found["og:title"] == "Quay"
    assert found["og:url"] == f"http://localhost/image/{image.id}/"
    assert found["og:image"] == f"http://localhost/1024x768/{image.id}/Quay.jpeg"
    assert (found["og:image:width"], found["og:image:height"]) == ("800", "600")
    assert found["og:image:alt"] == "A quay at night"


def test_image_page_has_schema_org_data(site: Site, browser: TestApp) -> None:
    image = site.add(width=800, height=600, title="Quay", tags=["sea"])
    site.services.annotations.rate(image.id, "vera", 8)
    page = browser.get(f"/image/{image.id}/")
    data = json.loads(page.html.select_one('script[type="application/ld+json"]').string)
    assert (data["@type"], data["name"], data["keywords"]) == ("ImageObject", "Quay", ["sea"])
    assert data["contentUrl"] == f"http://localhost/1024x768/{image.id}/Quay.jpeg"
    assert data["aggregateRating"]["ratingValue"] == 8


def test_hostile_title_is_escaped_in_metadata(site: Site, browser: TestApp) -> None:
    image = site.add(title=HOSTILE)
    page = browser.get(f"/image/{image.id}/")
    assert "<script>alert" not in page
    data = json.loads(page.html.select_one('script[type="application/ld+json"]').string)
    assert data["name"] == HOSTILE
    assert page.html.find("meta", property="og:title")["content"] == HOSTILE


def test_image_page_without_public_size_omits_picture_metadata(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"sizes.allowed": "300x300", "signed": "off"})
    page = site.browser().get(f"/image/{site.add(title='Quay').id}/")
    assert page.html.find("meta", property="og:title")
    assert page.html.find("meta", property="og:image") is None
    site.close()
