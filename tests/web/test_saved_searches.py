"""Saved searches: page, menu, API, library and permissions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from webtest import TestApp

from huimages_app import client, remote
from huimages_app.errors import BadInput, UnknownSavedSearch
from tests.support.libraries import libraries
from tests.support.site import CLOSED, PASSWORD, Site


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Site]:
    """A site with an editor and two viewers, which `client` and `remote` use."""
    site = Site(tmp_path, **CLOSED)
    for name, role in {"ed": "editor", "vera": "viewer", "paul": "viewer"}.items():
        site.services.accounts.add(name, role, PASSWORD)
    with libraries(site, "read", "edit"):
        yield site
    site.close()


def save(browser: TestApp, url: str, name: str, *, shared: bool = False) -> None:
    form = browser.get(url).click("Save search").forms[1]
    form["name"] = name
    if shared:
        form["shared"] = True
    form.submit(status=303)


def names(browser: TestApp) -> list[str]:
    return [one["name"] for one in browser.get("/saved/menu").json]


def token_of(browser: TestApp) -> dict[str, str]:
    page = browser.get("/saved/?in=tag:sea")
    return {"csrf_token": page.html.select_one("[name=csrf_token]")["value"]}


def test_list_with_filters_and_order_is_saved_and_opened(site: Site, browser: TestApp) -> None:
    image = site.add(1, title="Gull", tags=["Sea"])
    url = "/tag/sea/?shape=landscape&without=alt&order=title"
    form = browser.get(url).click("Save search").forms[1]
    assert form["name"].value == "sea, Shape: landscape, Without: alternative text"
    form["name"] = "Sea to describe"
    page = form.submit(status=303).follow()
    assert page.request.path_qs == url
    assert "The search was saved." in page.text
    assert browser.get("/saved/menu").json == [{"name": "Sea to describe", "href": url}]
    page = browser.get("/saved/")
    assert "Tag: sea, Shape: landscape, Without: alternative text, Title" in page.text
    found = page.click("Sea to describe", index=0)
    assert [item["value"] for item in found.html.select("[name=id]")] == [image.id]


@pytest.mark.parametrize(
    "url",
    [
        "/search?q=gull+tag%3Asea&larger=100",
        "/image/?ends=30&order=oldest",
        "/image/?artnr=1%2F2&order=place",
        "/tag/?name=a%2Fb",
    ],
)
def test_every_list_is_saved_with_its_url(browser: TestApp, url: str) -> None:
    save(browser, url, "x")
    (one,) = browser.get("/saved/menu").json
    assert one["href"] == url


@pytest.mark.parametrize("url", ["/image/", "/favorites/?shape=square", "/search"])
def test_list_without_a_search_is_not_offered(browser: TestApp, url: str) -> None:
    assert "Save search" not in browser.get(url).text


def test_search_is_renamed_and_deleted_on_the_page(browser: TestApp) -> None:
    save(browser, "/tag/sea/", "Sea")
    form = browser.get("/saved/").forms[1]
    form["name"] = "Ocean"
    assert "The saved search was changed." in form.submit(status=303).follow().text
    assert names(browser) == ["Ocean"]
    page = browser.get("/saved/")
    form = page.forms[1]
    form.action = page.html.select_one("button.danger")["formaction"]
    assert "The saved search was deleted." in form.submit(status=303).follow().text
    assert "No search has been saved." in browser.get("/saved/").text


def test_page_is_german(site: Site) -> None:
    browser = site.browser("de")
    browser.get("/tag/sea/").click("Suche speichern").forms[1].submit(status=303)
    page = browser.get("/saved/")
    assert page.html.h1.text == "Gespeicherte Suchen"
    assert "Für alle" in page.text


def test_private_search_is_visible_to_its_account_only(closed: Site) -> None:
    vera, paul, editor = (closed.signed_in(name) for name in ("vera", "paul", "ed"))
    save(vera, "/tag/sea/", "Mine")
    assert (names(vera), names(paul), names(editor)) == (["Mine"], [], [])
    (one,) = vera.get("/api/v1/searches").json["items"]
    assert one["shared"] is False
    for other in (paul, editor):
        assert other.get("/api/v1/searches").json["items"] == []
        other.get(f"/api/v1/searches/{one['id']}", status=404)
        fields = token_of(other)
        other.post(f"/saved/{one['id']}/edit", {**fields, "name": "Stolen"}, status=404)
        other.post(f"/saved/{one['id']}/delete", fields, status=404)
    assert names(vera) == ["Mine"]
    closed.services.accounts.remove("vera")
    closed.services.accounts.add("vera", "viewer", PASSWORD)
    assert names(closed.signed_in("vera")) == []


def test_viewer_neither_shares_nor_changes_shared_searches(closed: Site) -> None:
    vera, editor = closed.signed_in("vera"), closed.signed_in("ed")
    save(editor, "/tag/sea/", "Sea", shared=True)
    (one,) = vera.get("/api/v1/searches").json["items"]
    assert (one["name"], one["shared"], one["by"]) == ("Sea", True, "ed")
    page = vera.get("/saved/?in=tag:sea")
    assert not page.html.select("[name=shared]")
    assert not page.html.select("details.change")
    fields = token_of(vera)
    vera.post("/saved/", {**fields, "in": "tag:lake", "name": "x", "shared": "1"}, status=403)
    vera.post(f"/saved/{one['id']}/edit", {**fields, "name": "x"}, status=403)
    vera.post(f"/saved/{one['id']}/delete", fields, status=403)
    save(vera, "/tag/lake/", "Lake")
    own = next(item for item in vera.get("/api/v1/searches").json["items"] if not item["shared"])
    vera.post(f"/saved/{own['id']}/edit", {**fields, "name": "x", "shared": "1"}, status=403)
    assert names(editor) == ["Sea"]


def test_changes_without_the_token_of_the_form_are_refused(closed: Site) -> None:
    vera = closed.signed_in("vera")
    vera.post("/saved/", {"in": "tag:sea", "name": "x"}, status=400)
    closed.app.get("/saved/", status=401)


def test_visitor_without_account_saves_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path, **CLOSED | {"who.view": "everyone"})
    browser = site.browser()
    assert "Save search" not in browser.get("/tag/sea/").text
    assert "Sign in to keep searches of your own." in browser.get("/saved/?in=tag:sea").text
    site.app.post("/saved/", {"in": "tag:sea", "name": "x"}, status=401)
    body = {"name": "x", "query": {"tag": "sea"}, "shared": False}
    site.app.post_json("/api/v1/searches", body, status=401)
    site.close()


def test_unusable_forms_are_refused(browser: TestApp) -> None:
    fields = token_of(browser)
    browser.post("/saved/", {**fields, "in": "favorites", "name": "x"}, status=400)
    browser.post("/saved/", {**fields, "in": "tag:sea", "name": " ", "shared": "1"}, status=400)
    browser.post("/saved/", {**fields, "name": "x"}, status=400)


def test_api_saves_changes_and_removes(site: Site) -> None:
    body = {"name": "Sea", "query": {"tag": ["sea", "sun"], "shape": "square"}, "order": "title"}
    made = site.app.post_json("/api/v1/searches", body, status=201)
    assert made.json["query"] == {"tag": ["sea", "sun"], "shape": ["square"]}
    assert made.json["page"] == "http://localhost/tag/sea/?tag=sun&shape=square&order=title"
    path = made.headers["Location"].removeprefix("http://localhost")
    assert site.app.get(path).json == made.json
    changed = site.app.patch_json(path, {"name": "Lake", "query": {"tag": "lake"}}).json
    assert (changed["name"], changed["order"]) == ("Lake", "title")
    assert changed["query"] == {"tag": ["lake"]}
    assert site.app.get("/api/v1/searches").json == {"items": [changed]}
    site.app.delete(path, status=204)
    problem = site.app.get(path, status=404).json
    assert problem["type"].endswith("#unknown-saved-search")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": "", "query": {}},
        {"name": "x", "query": {"mood": "calm"}},
        {"name": "x", "query": {"shape": ["square", "portrait"]}},
        {"name": "x", "query": []},
        {"name": "x", "query": {"tag": 1}},
        {"name": "x", "query": {}, "order": "best"},
        {"name": "x", "query": {}, "shared": "yes"},
        {"name": "x", "query": {}, "owner": "vera"},
    ],
)
def test_unusable_body_is_refused(site: Site, body: dict[str, object]) -> None:
    site.app.post_json("/api/v1/searches", body, status=400)
    assert site.app.get("/api/v1/searches").json == {"items": []}


def test_token_reads_or_shares_by_its_scope(closed: Site) -> None:
    _, reading = closed.services.tokens.add("reader", ["read"])
    headers = {"Authorization": f"Bearer {reading}"}
    body = {"name": "Sea", "query": {"tag": "sea"}}
    closed.app.post_json("/api/v1/searches", body, headers=headers, status=403)
    _, editing = closed.services.tokens.add("editor", ["read", "edit"])
    made = closed.app.post_json(
        "/api/v1/searches", body, headers={"Authorization": f"Bearer {editing}"}, status=201
    )
    assert made.json["by"].startswith("token ")
    closed.app.delete(f"/api/v1/searches/{made.json['id']}", headers=headers, status=403)
    assert len(closed.app.get("/api/v1/searches", headers=headers).json["items"]) == 1


@pytest.mark.parametrize("module", [client, remote])
def test_library_saves_lists_and_removes(closed: Site, module: ModuleType) -> None:
    image = closed.add(1, tags=["sea"])
    closed.add(2)
    search_id = module.save_search("Sea", tag="sea", without=["alt"])
    module.rename_saved_search(search_id, "Sea to describe")
    (one,) = module.get_saved_searches()
    assert (one.name, one.order) == ("Sea to describe", "newest")
    assert one.filters == {"tag": ["sea"], "without": ["alt"]}
    assert module.find_images(one.order, **one.filters) == [image.id]
    with pytest.raises(BadInput):
        module.save_search("Bad", shape="round")
    module.remove_saved_search(search_id)
    assert module.get_saved_searches() == []
    with pytest.raises(UnknownSavedSearch):
        module.remove_saved_search(search_id)
