"""Queries match stored values in every spelling that a client may send."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

import pytest
from webtest import TestApp

from tests.support.site import Site

NUMBER = "ÖL-7"  # composed


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def shown(page: TestApp) -> list[str]:
    return [box["value"] for box in page.html.select("input[name=id]")]


@pytest.mark.parametrize("spelling", ["größe", "Größe", "GRÖßE", " größe ", decomposed("Größe")])
@pytest.mark.parametrize(
    "path", ["/tag/{}/", "/tag/?name={}", "/feed.atom?tag={}", "/api/v1/images?tag={}"]
)
def test_tag_in_any_spelling_finds_image(site: Site, path: str, spelling: str) -> None:
    image = site.add(tags=["größe"], title="A ruler")
    response = site.browser().get(path.format(quote(spelling)))
    assert image.id in response.text or "A ruler" in response.text


@pytest.mark.parametrize("spelling", [NUMBER, f"{NUMBER} ", f" {NUMBER}", decomposed(NUMBER)])
@pytest.mark.parametrize("name", ["artnr", "ref.artnr"])
def test_reference_in_any_spelling_finds_image(site: Site, name: str, spelling: str) -> None:
    image = site.add(references={"artnr": [NUMBER]})
    response = site.app.get(f"/api/v1/images?{name}={quote(spelling)}")
    assert [item["id"] for item in response.json["items"]] == [image.id]


@pytest.mark.parametrize("spelling", ["Gr", "GRÖ", decomposed("grö"), " gr"])
@pytest.mark.parametrize("path", ["/tag/suggestions?tag={}", "/api/v1/tags?prefix={}"])
def test_beginning_of_tag_in_any_spelling_finds_tag(site: Site, path: str, spelling: str) -> None:
    site.add(tags=["größe"])
    assert "größe" in site.app.get(path.format(quote(spelling))).text


@pytest.mark.parametrize("spelling", ["größe", "Größe", decomposed("größe")])
def test_tag_in_any_spelling_is_removed(site: Site, spelling: str) -> None:
    image = site.add(tags=["größe"])
    site.app.delete(f"/api/v1/images/{image.id}/tags?tag={quote(spelling)}&everyone=true")
    assert not site.app.get(f"/api/v1/images/{image.id}").json["tags"]


@pytest.mark.parametrize(
    "text",
    [
        "{id}",
        " {id} ",
        "http://localhost/image/{id}/",
        "http://localhost/image/{id}/?in=tag:sea",
        "https://img.example.com/640x480/{id}/A-gull.jpeg",
        "/240x160/{id}.webp",
        "http://localhost/o/{id}",
        "localhost/150x150!/{id}.jpeg?s=abc&e=1",
    ],
)
def test_search_for_image_id_or_url_leads_to_its_page(site: Site, text: str) -> None:
    image = site.add()
    site.add(seed=1)
    response = site.browser().get("/search", {"q": text.format(id=image.id)}, status=302)
    assert response.location == f"http://localhost/image/{image.id}/"


@pytest.mark.parametrize("text", ["{id} sea", "sea {id}", "x{id}", "{id}x", "http://localhost/"])
def test_search_for_other_text_shows_list(site: Site, text: str) -> None:
    image = site.add()
    site.browser().get("/search", {"q": text.format(id=image.id)}, status=200)


def test_search_for_unknown_or_trashed_image_id_shows_list(site: Site) -> None:
    image = site.add()
    site.services.editing.trash(image.id)
    for image_id in (image.id, "A" * 32 + "01"):
        assert shown(site.browser().get("/search", {"q": image_id}, status=200)) == []
