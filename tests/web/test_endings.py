"""The list of rights that end: page, API, command."""

from __future__ import annotations

from pathlib import Path

import pytest
from webtest import TestApp

from huimages_app.domain.models import Image
from tests.support.days import day, limit
from tests.support.site import CLOSED, Site


@pytest.fixture
def images(site: Site) -> list[Image]:
    """Images that end in 40 days, today, yesterday, in 20 days, and one that does not end."""
    added = [site.add(seed, title=f"Quay {seed}") for seed in range(5)]
    for image, last in zip(added, [day(40), day(0), day(-1), day(20), ""], strict=True):
        limit(site.services, image, until=last)
    return added


def test_page_lists_rights_that_end_within_the_days(browser: TestApp, images: list[Image]) -> None:
    def listed(url: str) -> list[str]:
        return [item.text for item in browser.get(url).html.select(".endings strong")]

    assert listed("/ending/") == ["Quay 1", "Quay 3"]
    assert listed("/ending/?days=90") == ["Quay 1", "Quay 3", "Quay 0"]
    assert listed("/ending/?days=7") == ["Quay 1"]
    assert listed("/ending/?days=-1") == ["Quay 1", "Quay 3"]
    assert listed("/ending/?ended=yes") == ["Quay 2"]
    assert 'href="/ending/"' in browser.get("/").text


def test_list_is_filtered_by_the_days_until_the_end(
    site: Site, browser: TestApp, images: list[Image]
) -> None:
    page = browser.get("/ending/").click("Show these as a list")
    assert page.request.path_qs == "/image/?ends=30"
    assert page.html.select_one(".count").text == "2 pictures"
    assert page.html.select_one(".chip").text.split("×")[0].strip().endswith("within 30 days")
    assert page.html.select_one("input[name=ends]")["value"] == "30"
    listed = site.app.get("/api/v1/images?ends=60&q=Quay").json["items"]
    assert [item["id"] for item in listed] == [images[number].id for number in (3, 1, 0)]
    site.app.get("/api/v1/images?ends=soon", status=400)


def test_page_without_endings_shows_a_sentence(site: Site) -> None:
    assert "No rights end in this period." in site.browser().get("/ending/").text
    german = site.browser("de").get("/ending/?ended=yes")
    assert "Keine Rechte sind abgelaufen." in german.text


def test_page_has_further_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huimages_app.web.views.endings.PER_PAGE", 2)
    for seed in range(3):
        limit(site.services, site.add(seed, title=f"Quay {seed}"), until=day(0))
    page = site.browser().get("/ending/?days=7")
    page = site.browser().get(page.html.select_one(".paging a")["href"])
    assert [item.text for item in page.html.select(".endings strong")] == ["Quay 2"]
    assert page.html.select_one(".paging a") is None
    assert page.html.select_one('.orders [aria-current="true"]').text == "7 days"


def test_api_lists_rights_that_end(site: Site, images: list[Image]) -> None:
    def listed(query: str) -> list[str]:
        data = site.app.get(f"/api/v1/images/ending{query}").json
        found = [item["id"] for item in data["items"]]
        while data["next"]:
            data = site.app.get(data["next"]).json
            found += [item["id"] for item in data["items"]]
        return found

    assert listed("") == [images[1].id, images[3].id]
    assert listed("?days=60&limit=1") == [images[1].id, images[3].id, images[0].id]
    assert listed("?ended=true") == [images[2].id]
    site.app.get("/api/v1/images/ending?days=x", status=400)


def test_visitors_get_no_list(tmp_path: Path) -> None:
    closed = Site(tmp_path, **CLOSED | {"who.view": "everyone"})
    assert "/ending/" not in closed.browser().get("/").text
    closed.app.get("/ending/", status=401)
    closed.app.get("/api/v1/images/ending", status=401)
    closed.close()
