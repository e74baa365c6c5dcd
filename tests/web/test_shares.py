"""Share links: made, listed, counted and revoked by editors, and opened by visitors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from webtest import TestApp, TestResponse

from huimages_app.domain.models import Image
from huimages_app.domain.shares import ShareTerms, Target
from tests.support.site import Site


@pytest.fixture
def images(site: Site) -> list[Image]:
    return [
        site.add(seed, title=f"gull {seed}", tags=["sea"], references={"artnr": ["10106"]})
        for seed in range(3)
    ]


def made(page: TestResponse) -> str:
    """Return the path of the link that the page shows."""
    return str(page.html.select_one("[data-link]")["value"]).removeprefix("http://localhost")


def store_sizes(site: Site, sizes: str) -> None:
    """Store other sizes in the only share link, as under other settings."""
    documents = site.storage.metadata.documents
    ((key, record),) = documents.items("share")
    documents.save("share", key, lambda _: {**record, "sizes": sizes})


def ids_in(page: TestResponse) -> list[str]:
    return [item["data-id"] for item in page.html.select("[data-grid] > li")]


@pytest.mark.parametrize(
    "case",
    [
        ("/image/{0}/", "image={0}", [0]),
        ("/article/10106/", "article=10106&key=artnr", [0, 1, 2]),
        ("/tag/sea/", "tag=sea", [2, 1, 0]),
        ("/search?q=gull", "search=gull", [2, 1, 0]),
    ],
)
def test_link_is_made_from_the_page_of_its_target(
    site: Site, browser: TestApp, images: Sequence[Image], case: tuple[str, str, list[int]]
) -> None:
    (page, query, expected), image_id = case, images[0].id
    shown = browser.get(page.format(image_id))
    href = f"/share/new?{query.format(image_id)}"
    assert href in [link["href"] for link in shown.html.select("a")]
    form = browser.get(href).forms[1]
    form["title"] = "For you"
    shared = site.browser().get(made(form.submit()))
    assert shared.html.h1.text == "For you"
    assert ids_in(shared) == [images[number].id for number in expected]


def test_link_to_a_list_carries_its_filters_and_its_order(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    wide = site.add(7, width=90, height=30, title="zebra", tags=["sea", "sun"])
    site.add(8, width=90, height=30, title="gull", tags=["sun"])
    other = site.add(9, width=90, height=30, title="apple", tags=["sea", "sun"])
    url = "/tag/sea/?tag=sun&shape=panorama&order=title"
    form = browser.get(url).click("^Share$").forms[1]
    assert form["title"].value == "sea, Tag: sun, Shape: panorama"
    page = form.submit()
    assert "List with filters" in page.text
    assert url in [link["href"] for link in page.html.select(".links a")]
    visitor = site.browser()
    assert ids_in(visitor.get(made(page))) == [other.id, wide.id]
    visitor.get(f"{made(page)}{images[0].id}/", status=404)


def test_link_to_a_search_applies_the_filters_among_its_words(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    site.add(7, title="gull")
    form = browser.get("/search?q=gull+tag:sea").click("^Share$").forms[1]
    assert len(ids_in(site.browser().get(made(form.submit())))) == 3


@pytest.mark.parametrize("url", ["/image/", "/image/?order=oldest", "/favorites/?shape=square"])
def test_list_without_filters_offers_no_link(
    browser: TestApp, images: Sequence[Image], url: str
) -> None:
    assert "/share/new" not in browser.get(url).text


@pytest.mark.parametrize("query", ["", "order=title", "shape=round", "mood=calm", "q=+"])
def test_unusable_list_is_not_shared(browser: TestApp, query: str) -> None:
    browser.get("/share/new", {"list": query}, status=400)


def test_link_with_a_filter_of_another_version_shows_nothing(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    target = Target("list", "tag=sea&mood=calm")
    _, token = site.services.shares.add(target, ShareTerms(title="Calm"))
    page = site.browser().get(f"/share/{token}/", status=400)
    assert not ids_in(page)


def test_link_to_a_collection_has_its_title_and_order(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    services = site.services
    stored = services.collections.add("The sea")
    order = [images[1].id, images[0].id]
    services.collection_images.add_images(stored.id, order)
    page = browser.get(f"/collection/{stored.id}/")
    href = next(a["href"] for a in page.html.select("a") if a["href"].startswith("/share/new"))
    form = browser.get(href).forms[1]
    assert form["title"].value == "The sea"
    path = made(form.submit())
    assert ids_in(site.browser().get(path)) == order
    services.collection_images.add_images(stored.id, [images[2].id])
    assert len(ids_in(site.browser().get(path))) == 3


def test_link_is_shown_once(browser: TestApp, images: Sequence[Image]) -> None:
    page = browser.get(f"/share/new?image={images[0].id}").forms[1].submit()
    assert page.headers["Cache-Control"].endswith("no-store")
    assert made(page).split("/")[2] not in browser.get("/share/").text


def test_list_and_shared_page_show_the_last_day_that_was_chosen(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    form = browser.get(f"/share/new?image={images[0].id}").forms[1]
    form["until"] = "2040-12-18"
    page = form.submit()
    assert "valid until Dec 18, 2040;" in " ".join(page.html.select_one(".links li").text.split())
    shown = site.browser().get(made(page)).html.select_one("footer").text
    assert "This link is valid until Dec 18, 2040 ·" in " ".join(shown.split())


def test_list_has_ends_counts_and_revocation(
    site: Site, browser: TestApp, images: Sequence[Image]
) -> None:
    path = made(browser.get(f"/share/new?image={images[0].id}").forms[1].submit())
    for _ in range(2):
        site.browser().get(path)
    site.browser().get(f"{path}?renew=1")
    site.browser().head(path)
    page = browser.get("/share/")
    text = " ".join(page.html.select_one(".links li").text.split())
    assert "valid until" in text
    assert "2 visits" in text
    form = next(form for form in page.forms.values() if form.action.endswith("/share/revoke"))
    page = form.submit("id").follow()
    assert "The share link was revoked." in page.text
    assert "Nothing is shared." in page.text
    site.browser().get(path, status=404)


def test_revoked_and_ended_links_show_no_menu_of_the_site(
    site: Site, images: Sequence[Image]
) -> None:
    shares = site.services.shares
    target = Target("image", images[0].id)
    revoked, gone = shares.add(target, ShareTerms())
    shares.revoke(revoked.id)
    _, over = shares.add(target, ShareTerms())
    documents = site.storage.metadata.documents
    ((key, record),) = documents.items("share")
    until = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    documents.save("share", key, lambda _: {**record, "until": until})
    for path, status in (
        (f"/share/{gone}/", 404),
        (f"/share/{gone}/{images[0].id}/", 404),
        (f"/share/{over}/", 410),
    ):
        page = site.browser().get(path, status=status, headers={"Accept": "text/html"})
        assert page.html.select_one("[data-status]")["data-status"] == str(status)
        assert "ask the sender" in page.html.select_one("main .hint").text
        assert page.html.select("header, nav[aria-label='Main menu'], a.button") == []


def test_page_of_many_pictures_is_paged(
    site: Site, images: Sequence[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huimages_app.web.views.shared.PER_PAGE", 2)
    _, token = site.services.shares.add(Target("tag", "sea"), ShareTerms())
    page = site.browser().get(f"/share/{token}/")
    following = site.browser().get(page.html.select_one("a[rel~=next]")["href"])
    assert ids_in(page) + ids_in(following) == [image.id for image in reversed(images)]
    assert site.services.shares.all()[0].views == 1
    site.app.get(f"/share/{token}/?cursor=x", status=400)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "image", "value": "x"},
        {"kind": "image", "value": "A" * 32 + "01"},
        {"kind": "collection", "value": "nonenonenone"},
        {"kind": "favorites", "value": "x"},
        {"kind": "article", "value": "999", "key": "artnr"},
        {"kind": "tag", "value": ""},
        {"until": "2001-01-01"},
        {"until": "tomorrow"},
        {"until": "9999-12-31"},
        {"size": ""},
        {"size": "o"},
        {"size": "nonsense"},
        {"password": "short"},
        {"title": "x" * 501},
    ],
)
def test_unusable_terms_are_refused(
    site: Site, images: Sequence[Image], fields: dict[str, str]
) -> None:
    given = {"kind": "tag", "value": "sea", "key": "", "title": "", "until": "", "size": "vga"}
    response = site.app.post("/share/", {**given, **fields}, status="*")
    assert response.status_int in {400, 404}
    assert site.services.shares.all() == []


def test_form_without_a_target_is_refused(browser: TestApp) -> None:
    browser.get("/share/new", status=400)
    browser.get("/share/new?collection=x", status=400)


def test_last_day_is_included(site: Site, images: Sequence[Image]) -> None:
    day = datetime.now(UTC).date() + timedelta(days=3)
    fields = {"kind": "tag", "value": "sea", "key": "", "title": "", "size": "vga"}
    site.app.post("/share/", {**fields, "until": day.isoformat()})
    (share,) = site.services.shares.all()
    assert share.until is not None
    assert share.until.date() == day + timedelta(days=1)
    assert share.title == "sea"


def test_day_of_a_link_ends_in_the_time_zone_of_the_site(
    tmp_path: Path, open_site: Callable[..., Site]
) -> None:
    site = open_site(tmp_path, timezone="America/Los_Angeles")
    site.add(tags=["sea"])
    fields = {"kind": "tag", "value": "sea", "key": "", "title": "", "size": "vga"}
    page = site.browser().post("/share/", {**fields, "until": "2040-12-18"})
    (share,) = site.services.shares.all()
    assert share.until == datetime(2040, 12, 19, 8, tzinfo=UTC)
    assert "valid until Dec 18, 2040;" in " ".join(page.html.select_one(".links li").text.split())


def test_size_removed_from_the_settings_is_left_out(site: Site, images: Sequence[Image]) -> None:
    _, token = site.services.shares.add(Target("tag", "sea"), ShareTerms(sizes=("vga", "150x150")))
    store_sizes(site, "gone vga o")
    page = site.browser().get(f"/share/{token}/")
    assert [option["value"] for option in page.html.select("#size option")] == ["vga"]
    store_sizes(site, "gone")
    page = site.browser().get(f"/share/{token}/")
    assert "There are no pictures here at the moment." in page.text
    site.browser().get(f"/share/{token}/{images[0].id}/", status=200)
