"""Images by the time of taking: page, API, command."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from webtest import TestApp

from huimages_app.services.image_patch import ImagePatch
from tests.support.site import Site


@pytest.fixture
def ids(site: Site) -> dict[int, str]:
    """Images taken in these years; that of 0 at an unknown time."""
    found = {}
    for year in (2022, 2024, 0, 2023):
        image = site.add(seed=year, title=f"of {year}")
        if year:
            taken = datetime(year, 5, 1, 12, tzinfo=UTC)
            site.services.editing.update(image.id, ImagePatch(taken=taken))
        found[year] = image.id
    return found


def shown(page: object) -> list[str]:
    return [link["href"].split("/")[2] for link in page.html.select(".grid li > a")]  # type: ignore[attr-defined]


def test_page_shows_the_latest_taken_first(
    site: Site, browser: TestApp, ids: dict[int, str]
) -> None:
    page = browser.get("/image/").click("Time taken")
    assert shown(page) == [ids[2024], ids[2023], ids[2022]]
    assert page.html.select_one('nav.orders a[aria-current="true"]').text == "Time taken"


def test_form_of_the_page_chooses_days(site: Site, browser: TestApp, ids: dict[int, str]) -> None:
    form = browser.get("/image/?order=taken").forms["filters"]
    form["taken.from"], form["taken.until"] = "2022-05-02", "2023-05-01"
    page = form.submit().follow()
    assert page.request.path_qs == "/image/?taken=2022-05-02..2023-05-01&order=taken"
    assert shown(page) == [ids[2023]]
    assert page.html.select_one("#filter-taken-until")["value"] == "2023-05-01"
    assert shown(page.click("Clear all", index=0)) == [ids[2024], ids[2023], ids[2022]]
    assert shown(browser.get("/image/?order=taken&taken=2022..2023")) == [ids[2023], ids[2022]]
    assert "No picture meets" in browser.get("/image/?order=taken&taken=1999").text


def test_neighbours_stay_within_the_period(
    site: Site, browser: TestApp, ids: dict[int, str]
) -> None:
    page = browser.get("/image/?order=taken&taken=2022..2023").click(href=ids[2023])
    assert page.html.select_one('link[rel="next"]')["href"].startswith(f"/image/{ids[2022]}/")
    assert page.html.select_one('link[rel="prev"]') is None
    assert "taken:2022..2023" in page.request.params["in"]
    assert browser.get(f"/image/{ids[2023]}/?in=taken:nonsense").status_int == 200


def test_invalid_period_is_rejected(site: Site, browser: TestApp) -> None:
    page = browser.get("/image/?order=taken&taken=yesterday", status=400)
    assert "expected dates as in" in page.text
    site.app.get("/api/v1/images?taken=yesterday", status=400)


def test_api_filters_and_sorts_by_the_time_of_taking(site: Site, ids: dict[int, str]) -> None:
    def found(query: str) -> list[str]:
        return [item["id"] for item in site.app.get(f"/api/v1/images?{query}").json["items"]]

    assert found("order=taken") == [ids[2024], ids[2023], ids[2022]]
    assert found("taken=2023..") == [ids[2023], ids[2024]]
    assert found("taken=2022&order=taken") == [ids[2022]]
    assert site.app.get(f"/api/v1/images/{ids[2022]}").json["taken"].startswith("2022-05-01T12")
