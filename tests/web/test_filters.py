"""Filters, orders and the number of pictures on the pages of lists and searches."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest
from webtest import TestApp

from huimages_app import client, remote
from huimages_app.services.image_patch import ImagePatch
from tests.support.services import ini_in
from tests.support.site import Site


@pytest.fixture
def ids(site: Site) -> dict[str, str]:
    """IDs of pictures by title."""
    sides = {"wide": (60, 20), "tall": (20, 60), "square": (40, 40)}
    return {
        title: site.add(seed, *size, title=title, tags=["sea", title]).id
        for seed, (title, size) in enumerate(sides.items())
    }


def shown(page: TestApp) -> list[str]:
    return [box["value"] for box in page.html.select("input[name=id]")]


def labels(page: TestApp) -> list[str]:
    return [" ".join(chip.text.split()) for chip in page.html.select(".filterbar .chips li")]


@pytest.mark.parametrize("path", ["/image/", "/tag/sea/", "/search?q=tag:sea", "/favorites/"])
def test_form_narrows_every_list(
    site: Site, browser: TestApp, ids: dict[str, str], path: str
) -> None:
    browser.post(f"/image/{ids['tall']}/favorite/", {"rating": "1"})
    form = browser.get(path).forms["filters"]
    form["shape"] = "portrait"
    form["larger"] = "50"
    page = form.submit().follow()
    assert "shape=portrait&larger=50" in page.request.path_qs
    assert urlsplit(page.request.path_qs).query.count("=") <= 3  # no empty fields
    assert shown(page) == [ids["tall"]]
    assert page.html.select_one(".count").text == "1 picture"
    assert labels(page)[:2] == [
        f"Remove the filter {text} ×" for text in ("Shape: portrait", "Longer side at least: 50")
    ]
    wider = page.click("Shape: portrait")
    assert "larger=50" in wider.request.path_qs
    assert "shape" not in wider.request.path_qs


def test_form_keeps_the_filters_in_force(browser: TestApp, ids: dict[str, str]) -> None:
    path = "/image/?shape=portrait&larger=50&rating=2&without=alt&without=artnr"
    form = browser.get(path).forms["filters"]
    assert (form["shape"].value, form["rating"].value) == ("portrait", "2")
    boxes = {box._value: box.checked for box in form.fields["without"]}
    assert boxes == {"title": False, "alt": True, "tags": False, "artnr": True}
    assert form.submit().follow().request.path_qs == path


def test_count_is_in_words(site: Site, browser: TestApp, ids: dict[str, str]) -> None:
    assert browser.get("/image/").html.select_one(".count").text == "3 pictures"
    assert browser.get("/search?q=nothing").html.select_one(".count").text == "0 pictures"


def choices(page: TestApp) -> dict[str, str]:
    """Return the texts of the values of filters, by filter and value."""
    return {one["data-choice"]: one.text for one in page.html.select("[data-choice]")}


def test_filters_have_the_number_of_pictures_beside_each_value(
    site: Site, browser: TestApp, ids: dict[str, str]
) -> None:
    browser.post(f"/image/{ids['tall']}/rate/", {"rating": "8"})
    page = browser.get("/tag/sea/")
    assert choices(page)["shape:portrait"] == "portrait"  # counted when the filters are opened
    page = page.click("Show numbers")
    shown = choices(page)
    assert shown["shape:portrait"] == "portrait (1)"
    assert shown["shape:landscape"] == "landscape (0)"
    assert shown["without:alt"] == "alternative text (3)"
    assert shown["without:title"] == "title (0)"
    assert shown["rating:8"].endswith("(1)")
    assert shown["rating:10"].endswith("(0)")
    form = page.forms["filters"]
    form["shape"] = "portrait"
    assert form.submit().follow().request.path_qs == "/tag/sea/?shape=portrait"


def test_numbers_of_a_filter_in_force_are_those_of_its_other_values(
    browser: TestApp, ids: dict[str, str]
) -> None:
    shown = choices(browser.get("/image/?shape=portrait&without=alt").click("Show numbers"))
    assert shown["shape:portrait"] == "portrait (1)"
    assert shown["shape:square"] == "square (1)"
    assert shown["without:alt"] == "alternative text (1)"


def test_favourites_and_an_empty_search_have_their_numbers(
    browser: TestApp, ids: dict[str, str]
) -> None:
    assert choices(browser.get("/filters?in=favorites"))["shape:square"] == "square"
    browser.post(f"/image/{ids['square']}/favorite/", {"rating": "1"})
    assert choices(browser.get("/filters?in=favorites"))["shape:square"] == "square (1)"
    assert choices(browser.get("/filters?in=search:none"))["shape:square"] == "square (0)"


def test_orders_keep_the_filters(site: Site, browser: TestApp, ids: dict[str, str]) -> None:
    page = browser.get("/tag/sea/?larger=50").click("Title")
    assert page.request.path_qs == "/tag/sea/?larger=50&order=title"
    assert shown(page) == [ids["tall"], ids["wide"]]
    assert page.html.select_one('.orders a[aria-current="true"]').text == "Title"
    assert "Order of the article" not in page.text


def test_article_filter_offers_the_order_of_the_article(site: Site, browser: TestApp) -> None:
    image = site.add(1, references={"artnr": ["10106"]})
    page = browser.get("/image/?artnr=10106").click("Order of the article")
    assert shown(page) == [image.id]
    without = page.click("Article number: 10106")
    assert without.request.path_qs == "/image/"


def test_neighbours_stay_within_the_filters(
    site: Site, browser: TestApp, ids: dict[str, str]
) -> None:
    page = browser.get("/tag/sea/?larger=50&order=title").click(href=ids["tall"])
    assert page.request.params["in"] == "tag:sea?larger=50&order=title"
    assert page.html.select_one('link[rel="next"]')["href"].startswith(f"/image/{ids['wide']}/")
    assert page.html.select_one('link[rel="prev"]') is None
    back = page.html.select_one(".where a")["href"]
    assert shown(browser.get(back)) == [ids["tall"], ids["wide"]]


@pytest.mark.parametrize(
    "key", ["tag:sea?shape=round", "?shape=", "tag:", "collection", "all:x", "search:a?b=c", "%"]
)
def test_image_page_ignores_an_unusable_name_of_a_list(
    site: Site, browser: TestApp, ids: dict[str, str], key: str
) -> None:
    assert browser.get(f"/image/{ids['wide']}/", {"in": key}).status_int == 200


def test_search_text_that_ends_like_filters_is_kept(site: Site, browser: TestApp) -> None:
    image = site.add(1, title="what shape square")
    page = browser.get("/search?q=what%3Fshape=square").click(href=image.id)
    assert page.html.select_one(".where a")["href"] == "/search?q=what%3Fshape%3Dsquare"


def test_empty_list_links_to_lists_with_fewer_filters(
    site: Site, browser: TestApp, ids: dict[str, str]
) -> None:
    page = browser.get("/tag/sea/?shape=panorama&larger=5000")
    assert "No picture meets all of these filters" in page.text
    assert shown(page.click("Without the filter Longer side")) == [ids["wide"]]
    assert len(shown(page.click("Clear all filters"))) == 3
    assert "All tags" in browser.get("/search?q=zzz").text


@pytest.mark.parametrize(
    "query", ["shape=round", "larger=0", "uploaded=yesterday", "order=best", "order=place"]
)
def test_unusable_filter_is_refused_with_the_expected_form(
    site: Site, browser: TestApp, query: str
) -> None:
    page = browser.get(f"/image/?{query}", status=400)
    assert "expected" in page.text or "needs one reference" in page.text


def test_german_page_has_german_filters(site: Site, browser: TestApp, ids: dict[str, str]) -> None:
    page = browser.get("/image/?shape=square&without=alt&lang=de")
    assert page.html.select_one(".count").text == "1 Bild"
    assert "Form: quadratisch" in page.text
    assert "Ohne: Alternativtext" in page.text


def test_jump_leads_to_a_month_with_pictures(
    site: Site, browser: TestApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huimages_app.web.presentation.image_lists.PER_PAGE", 2)
    ids = {}
    for year in (2021, 2022, 2023, 2024):
        ids[year] = site.add(year, title="sea").id
        created = datetime(year, 6, 1, tzinfo=UTC)
        site.services.editing.update(ids[year], ImagePatch(created=created))
    page = browser.get("/image/?shape=landscape")
    dates = page.click("Jump to a date")
    assert dates.headers["Cache-Control"] == "private, max-age=300"
    years = dates.html.select("[data-years] > ul > li")
    assert [[link.text for link in year.select("a")] for year in years] == [
        [f"{year} (1)", "June (1)"] for year in (2024, 2023, 2022, 2021)
    ]
    page = dates.click("2023").click("Jump to a date").click("June", index=2)
    assert page.request.path_qs == "/image/?shape=landscape&at=2022-06"
    assert shown(page) == [ids[2022], ids[2021]]
    assert page.html.select_one(".count").text == "4 pictures"
    assert shown(browser.get(page.html.select_one("a[rel=prev]")["href"])) == [ids[2024], ids[2023]]
    assert shown(browser.get("/search?q=sea&order=oldest&at=2023")) == [ids[2023], ids[2024]]
    oldest = browser.get("/search?q=sea&order=oldest").click("Jump to a date")
    names = [year.a.text for year in oldest.html.select("[data-years] > ul > li")]
    assert names == ["2021 (1)", "2022 (1)", "2023 (1)", "2024 (1)"]
    assert "Jump to a date" not in browser.get("/image/?order=title").text
    assert "This list has no dates." in browser.get("/dates?in=?order=title").text
    assert "This list has no dates." in browser.get("/dates?in=favorites").text
    browser.get("/image/?at=soon", status=400)


def test_suggestions_are_tags_articles_and_titles(site: Site, browser: TestApp) -> None:
    site.add(1, title="Seal on a rock", tags=["Sea"], references={"artnr": ["sea-7"]})
    site.add(2, title="Other", tags=["sun"])
    found = site.app.get("/suggestions?q=se").json
    assert found == [
        {"search": "tag:sea", "label": "Sea"},
        {"search": "artnr:sea-7", "label": "sea-7"},
        {"search": "Seal on a rock", "label": "Seal on a rock"},
    ]
    for one in found:
        assert len(shown(browser.get("/search", {"q": one["search"]}))) == 1
    assert site.app.get("/suggestions?q=").json == site.app.get("/suggestions").json == []
    assert site.app.get("/suggestions", {"q": "x" * 5000}).json == []


def test_api_and_library_suggest_the_same(site: Site) -> None:
    site.add(1, title="Seal on a rock", tags=["Sea"], references={"artnr": ["sea-7"]})
    items = site.app.get("/api/v1/suggestions?q=se").json["items"]
    assert items == [
        {"kind": "tag", "search": "tag:sea", "label": "Sea"},
        {"kind": "article", "search": "artnr:sea-7", "label": "sea-7"},
        {"kind": "title", "search": "Seal on a rock", "label": "Seal on a rock"},
    ]
    site.app.get("/api/v1/suggestions?prefix=se", status=400)
    client.configure(ini_in(site.folder))
    remote.configure("http://localhost/", "", http=httpx.WSGITransport(site.app.app))
    for library in (client, remote):
        assert [vars(one) for one in library.suggest_searches("se")] == items
        assert library.suggest_searches("") == []
    client.configure(None)


def test_search_without_results_offers_similar_terms(site: Site, browser: TestApp) -> None:
    image = site.add(1, tags=["harbour"])
    page = browser.get("/search?q=harbor")
    assert "Perhaps you meant" in page.text
    assert shown(page.click("harbour")) == [image.id]


def test_search_for_the_beginning_of_an_article_number_offers_the_numbers(
    site: Site, browser: TestApp
) -> None:
    image = site.add(1, references={"artnr": ["10151"]})
    page = browser.get("/search?q=artnr:1015")
    assert "Perhaps you meant" in page.text
    assert shown(page.click("10151")) == [image.id]
