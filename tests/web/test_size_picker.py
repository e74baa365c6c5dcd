"""The size picker of the image page, without scripts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow
from webtest import TestApp

from huimages_app.domain.models import Image
from tests.support.site import CLOSED, Site

INI = {"sizes": "shop = 200x200 jpeg q70\n icon = 64x64! webp"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, **INI)
    yield site
    site.close()


@pytest.fixture
def image(site: Site) -> Image:
    return site.add(width=900, height=600, title="Quay", filename="DSC 1.jpg")


@pytest.fixture
def browser(site: Site) -> TestApp:
    return site.browser()


def snippets(page: Any) -> dict[str, str]:
    labels = page.html.select("#snippets .field > label")
    fields = page.html.select("#snippets input[data-copy]")
    names = [label.text for label in labels[-len(fields) :]]
    return {name: field["value"] for name, field in zip(names, fields, strict=True)}


@pytest.mark.parametrize(
    ("query", "path", "shown"),
    [
        ("size=vga", "/640x480/{}/Quay.jpeg", "640 × 427, JPEG"),
        ("size=300x200!&format=webp", "/300x200!/{}/Quay.webp", "300 × 200, WebP"),
        ("size=300x&format=png&density=2", "/300x@2x/{}/Quay.png", "600 × 400, PNG"),
        ("size=x100@3x", "/x100@3x/{}/Quay.jpeg", "450 × 300, JPEG"),
        ("size=shop", "/shop/{}/Quay.jpeg", "200 × 133, JPEG"),
        ("size=shop&format=avif", "/shop/{}/Quay.jpeg", "200 × 133, JPEG"),
        ("size=icon&density=2", "/icon@2x/{}/Quay.webp", "128 × 128, WebP"),
        ("size=+mini+&format=gif&density=9", "/23x40/{}/Quay.jpeg", "23 × 15, JPEG"),
        ("size=o", "/o/{}/Quay.jpeg", "900 × 600, JPEG"),
    ],
)
def test_picker_shows_the_chosen_rendition(
    browser: TestApp, image: Image, query: str, path: str, shown: str
) -> None:
    page = browser.get(f"/image/{image.id}/?{query}")
    url = f"http://localhost{path.format(image.id)}"
    assert snippets(page)["URL"] == url
    served = browser.get(url)
    caption = page.html.select_one("[data-preview]").text
    assert caption.startswith(f"{shown}, ")
    width, height = Pillow.open(io.BytesIO(served.body)).size
    assert caption.startswith(f"{width} × {height}, ")
    assert page.html.select_one("#snippets").has_attr("open")
    preview = page.html.select_one("#snippets figure img")
    assert (preview["src"], preview["width"], preview["height"]) == (url, str(width), str(height))


def test_picker_names_the_bytes_of_the_file(browser: TestApp, image: Image) -> None:
    page = browser.get(f"/image/{image.id}/?size=vga")
    length = len(browser.get(f"/640x480/{image.id}.jpeg").body)
    assert page.html.select_one("[data-preview]").text.endswith(f", {round(length / 1000)} kB")


def test_closed_picker_makes_no_rendition(site: Site, browser: TestApp, image: Image) -> None:
    page = browser.get(f"/image/{image.id}/")
    assert not page.html.select_one("#snippets").has_attr("open")
    assert page.html.select_one("[data-preview]").text == "900 × 600, JPEG"
    assert site.cached() == []


def test_forms_keep_the_collection_and_the_other_choices(browser: TestApp, image: Image) -> None:
    page = browser.get(f"/image/{image.id}/?in=favorites&size=vga&format=webp&density=2")
    named, own = page.html.select("#snippets form")
    kept = {field["name"]: field["value"] for field in named.select("input[type=hidden]")}
    assert kept == {"in": "favorites", "format": "webp", "density": "2"}
    pressed = [button["value"] for button in named.select("[aria-pressed=true]")]
    assert pressed == ["vga"]
    assert own.select_one("[name=in]")["value"] == "favorites"
    assert own.select_one("[name=size]")["value"] == "vga"
    assert [option["value"] for option in own.select("option[selected]")] == ["webp", "2"]


def test_preset_offers_its_format_only(browser: TestApp, image: Image) -> None:
    page = browser.get(f"/image/{image.id}/?size=icon")
    assert [option["value"] for option in page.html.select("#picker-format option")] == ["webp"]


@pytest.mark.parametrize("text", ["nonsense", "600", "0x0", "x" * 500, "<script>", "30001x1"])
def test_invalid_size_is_explained(browser: TestApp, image: Image, text: str) -> None:
    page = browser.get(f"/image/{image.id}/", {"size": text})
    assert page.html.select_one("#snippets [role=alert]").text.startswith("This is not a size, or")
    assert page.html.select_one("#picker-size")["value"] == text[:60]
    assert not page.html.select("[data-preview]")


def test_invalid_size_keeps_the_other_choices(browser: TestApp, image: Image) -> None:
    page = browser.get(f"/image/{image.id}/?size=nonsense&format=webp&density=3")
    selected = [option["value"] for option in page.html.select("#snippets option[selected]")]
    assert selected == ["webp", "3"]


def test_picture_snippet_has_widths(browser: TestApp, image: Image) -> None:
    picture = snippets(browser.get(f"/image/{image.id}/?size=vga"))["<picture>"]
    assert 'sizes="(max-width: 640px) 100vw, 640px"' in picture
    assert " 320w, " in picture


def test_img_for_dense_screens_has_the_dimensions_of_the_plain_one(
    browser: TestApp, image: Image
) -> None:
    img = snippets(browser.get(f"/image/{image.id}/?size=300x&density=2"))["<img>"]
    assert f'src="http://localhost/300x@2x/{image.id}/Quay.jpeg"' in img
    assert 'width="300" height="200"' in img


def test_limited_site_offers_named_sizes_to_visitors_and_any_to_editors(tmp_path: Path) -> None:
    ini = {**CLOSED, **INI, "who.view": "everyone", "sizes.allowed": "mini"}
    site = Site(tmp_path, **ini)
    image = site.add(width=900, height=600)
    page = site.browser().get(f"/image/{image.id}/?size=333x333")
    assert page.html.select_one("[role=alert]").text == "This site does not offer this size."
    named = site.browser().get(f"/image/{image.id}/?size=shop")
    url = named.html.select_one("#snippets input[data-copy]")["value"]
    assert "/shop/" in url
    assert "?s=" in url
    assert site.app.get(url).status_code == 200
    assert site.app.get(f"/image/{image.id}/download?size=333x333", status=403)
    site.close()


def test_chosen_rendition_is_downloaded_under_its_own_name(browser: TestApp, image: Image) -> None:
    page = browser.get(f"/image/{image.id}/?size=icon&density=2")
    response = browser.get(page.html.select_one("#snippets a.button")["href"])
    assert response.content_type == "image/webp"
    assert response.content_disposition == "attachment; filename*=UTF-8''DSC%201-icon%402x.webp"
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert Pillow.open(io.BytesIO(response.body)).size == (128, 128)
    original = browser.get(f"/image/{image.id}/download?size=o")
    assert len(original.body) == image.length
    for query in ("size=nonsense", "size=vga&format=gif"):
        browser.get(f"/image/{image.id}/download?{query}", status=400)
