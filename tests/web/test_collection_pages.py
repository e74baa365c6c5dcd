"""Pages that show many pictures: in order, escaped, paged."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from webtest import TestApp

from tests.support.site import Site

HOSTILE = "\"><script>alert('x')</script>&amp;${1+1}"
START = datetime(2026, 1, 1, tzinfo=UTC)


def shown(page: TestApp) -> list[str]:
    """The IDs in the grid of a page, in order."""
    return [box["value"] for box in page.html.select("input[name=id]")]


def test_start_page_without_images_has_an_upload_form(browser: TestApp) -> None:
    page = browser.get("/")
    assert "This site keeps your pictures" in page
    form = page.html.select_one("form[data-upload]")
    assert form["action"] == "/upload/"
    assert form.select_one("input[type=file]")["name"] == "uploadfile"


@pytest.mark.parametrize("path", ["/image/", "/tag/", "/tag/x/", "/search?q=x", "/favorites/"])
def test_empty_collection_shows_a_sentence(browser: TestApp, path: str) -> None:
    assert browser.get(path).html.select_one(".empty").text.strip()


def test_empty_search_shows_a_hint(browser: TestApp) -> None:
    page = browser.get("/search?q=")
    assert page.html.h1.text == "Search pictures"


def test_start_page_shows_newest_images_and_tags(site: Site, browser: TestApp) -> None:
    images = [
        site.add(seed, tags=["sea"], timestamp=START + timedelta(days=seed)) for seed in range(3)
    ]
    page = browser.get("/")
    hrefs = [a["href"] for a in page.html.select("section[aria-labelledby=newest] .grid a")]
    assert hrefs == [f"/image/{image.id}/" for image in reversed(images)]
    assert page.html.select_one(".cloud a").text == "sea, 3 times"


def test_grid_items_reserve_their_space(site: Site, browser: TestApp) -> None:
    site.add(width=60, height=40, title="Quay")
    item = browser.get("/image/").html.select_one(".grid li")
    assert item["style"].startswith("--w:60;--h:40;--c:#")
    assert item.img["width"], item.img["height"] == ("60", "40")
    assert item.img["alt"] == "Quay"


def test_collection_pages_contain_every_image_once(site: Site, browser: TestApp) -> None:
    ids = [site.add(seed, 12, 8, timestamp=START - timedelta(days=seed)).id for seed in range(65)]
    first = browser.get("/image/")
    second = first.click("Load more")
    assert shown(first) + shown(second) == ids
    assert second.html.select_one("a[rel=next]") is None
    assert shown(second.click("Back")) == shown(first)


def test_collection_order_follows_parameter(site: Site, browser: TestApp) -> None:
    old = site.add(1, timestamp=START)
    new = site.add(2, timestamp=START + timedelta(days=1))
    site.services.annotations.rate(old.id, "otto", 9)
    assert shown(browser.get("/image/")) == [new.id, old.id]
    assert shown(browser.get("/image/?order=oldest")) == [old.id, new.id]
    assert shown(browser.get("/image/?order=rated")) == [old.id]


def test_tag_page_shows_images_with_exactly_this_tag(site: Site, browser: TestApp) -> None:
    site.add(1, tags=["sea"])
    seal = site.add(2, tags=["seal/ö"])
    page = browser.get("/tag/").click("seal/ö")
    assert shown(page) == [seal.id]
    assert page.html.h1.text == "Tagged “seal/ö”"
    assert page.html.select_one(".grid a")["href"].endswith("?in=tag%3Aseal%2F%C3%B6")


def test_search_finds_titles_and_article_numbers(site: Site, browser: TestApp) -> None:
    image = site.add(1, title="Red scooter", references={"artnr": ["10106"]})
    site.add(2, title="Blue scooter")
    form = browser.get("/").forms[0]
    form["q"] = "red"
    page = form.submit()
    assert shown(page) == [image.id]
    assert page.forms[0]["q"].value == "red"
    assert shown(browser.get("/search?q=10106")) == [image.id]


def test_random_redirects_to_an_image(site: Site, browser: TestApp) -> None:
    browser.get("/image/random/", status=404)
    image = site.add()
    response = browser.get("/image/random/")
    assert response.location.endswith(f"/image/{image.id}/")
    assert response.cache_control.no_store


@pytest.mark.parametrize("path", ["/", "/image/", "/search?q="])
def test_hostile_title_is_escaped_on_collection_pages(
    site: Site, browser: TestApp, path: str
) -> None:
    site.add(title=HOSTILE, filename="<img src=x>.jpg", tags=["<b>"])
    page = browser.get(path + ("alert" if path.endswith("=") else ""))
    assert "<script>alert" not in page
    assert "<b>" not in page
    assert page.html.select_one(".grid img")["alt"] == HOSTILE


def test_forged_cursor_returns_400(browser: TestApp) -> None:
    browser.get("/image/?cursor=nonsense", status=400)


def test_static_file_has_versioned_url_and_no_cookie(browser: TestApp) -> None:
    href = browser.get("/").html.select_one("link[rel=stylesheet]")["href"]
    response = browser.get(href + "?lang=de")
    assert response.content_type == "text/css"
    assert "Set-Cookie" not in response.headers
    assert response.cache_control.max_age >= 30 * 24 * 3600
    # Like the response of a node with another version of the program.
    other = browser.get(re.sub("v-[0-9a-f]+", "v-0123456789", href))
    assert other.body == response.body
    assert other.cache_control.max_age <= 60
    assert "Cookie" not in other.headers.get("Vary", "")
    browser.get("/static/v-0123456789/none.css", status=404)


def test_search_and_favourites_are_paged_with_neighbours(site: Site, browser: TestApp) -> None:
    ids = [
        site.add(seed, 12, 8, title="quay", timestamp=START - timedelta(days=seed)).id
        for seed in range(61)
    ]
    page = browser.get("/search?q=quay").click("Load more")
    assert shown(page) == ids[60:]
    forms = browser.get(f"/image/{ids[0]}/").forms
    next(form for form in forms.values() if form.action.endswith("favorite")).submit("rating")
    annotations = site.storage.metadata.annotations.of_image(ids[0])
    [visitor_id] = [
        visitor_id for visitor_id, annotation in annotations.items() if annotation.favorite
    ]
    for image_id in ids[1:]:
        site.services.annotations.favorite(image_id, visitor_id, True)
    page = browser.get("/favorites/").click("Load more")
    assert shown(page) == ids[60:]
    page = page.click(href=ids[60])
    assert page.html.select_one("a.previous")["href"] == f"/image/{ids[59]}/?in=favorites"


def test_tag_with_slash_is_paged(site: Site, browser: TestApp) -> None:
    for seed in range(61):
        site.add(seed, 12, 8, tags=["a/b"])
    assert len(shown(browser.get("/tag/").click("a/b").click("Load more"))) == 1


def test_file_size_is_shown_in_kb_or_mb(site: Site) -> None:
    small = site.add()
    site.storage.metadata.images.update(small.id, lambda image: replace(image, length=2_345_678))
    page = site.browser("de").get(f"/image/{small.id}/")
    assert "2,3 MB" in page.html.select_one(".facts").text
    site.storage.metadata.images.update(small.id, lambda image: replace(image, length=10))
    page = site.browser().get(f"/image/{small.id}/")
    assert "1 kB" in page.html.select_one(".facts").text
