"""The history of an image on its page, in the API, in the command and in both libraries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from webtest import TestApp, TestResponse

from huimages_app import client, remote
from huimages_app.domain.models import Image
from huimages_app.errors import UnknownChange
from huimages_app.services import audit
from huimages_app.services.image_patch import ImagePatch
from tests.support.libraries import libraries
from tests.support.openapi import Api
from tests.support.site import CLOSED, PASSWORD, Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, **CLOSED)
    for name in ("anna", "bert"):
        site.services.accounts.add(name, "editor", PASSWORD)
    site.services.accounts.add("vera", "viewer", PASSWORD)
    yield site
    site.close()


@pytest.fixture
def image(site: Site) -> Image:
    return site.add(title="Quay")


@pytest.fixture
def anna(site: Site) -> TestApp:
    return site.signed_in("anna")


def retitle(browser: TestApp, image: Image, title: str) -> None:
    page = browser.get(f"/image/{image.id}/")
    form = next(f for f in page.forms.values() if f.action.endswith("/update_title"))
    form["value"] = title
    form.submit(status=303)


def take_back(browser: TestApp, image: Image, path: str = "") -> TestResponse:
    page = browser.get(f"/image/{image.id}/{path}")
    form = next(f for f in page.forms.values() if f.action.endswith("/take_back"))
    return form.submit("change", index=0, expect_errors=True)


def test_page_shows_changes_to_editors_only(site: Site, anna: TestApp, image: Image) -> None:
    retitle(anna, image, "Pier")
    section = anna.get(f"/image/{image.id}/").html.select_one("#history")
    assert not section.has_attr("open")
    text = " ".join(section.text.split())
    for part in ("Title", "anna", "before: Quay", "after: Pier", "Take back"):
        assert part in text
    page = site.signed_in("vera").get(f"/image/{image.id}/")
    assert page.html.select_one("#history") is None
    assert "anna" not in page.text


@pytest.mark.parametrize("path", ["", "history"])
def test_change_is_taken_back_from_its_page(
    site: Site, anna: TestApp, image: Image, path: str
) -> None:
    retitle(anna, image, "Pier")
    page = take_back(anna, image, path).follow()
    assert site.services.images.get(image.id).title == "Quay"
    assert page.html.select_one("[data-notice]").text == "The change was taken back."
    assert "Was taken back" in anna.get(f"/image/{image.id}/").html.select_one("#history").text


def test_field_that_changed_since_shows_both_values_and_can_be_replaced(
    site: Site, anna: TestApp, image: Image
) -> None:
    retitle(anna, image, "Pier")
    late = anna.get(f"/image/{image.id}/")
    retitle(site.signed_in("bert"), image, "Harbour")
    form = next(f for f in late.forms.values() if f.action.endswith("/take_back"))
    conflict = form.submit("change", index=0, status=409)
    stored = conflict.html.select_one("[data-stored]").text
    assert "Harbour" in stored
    assert "Quay" in conflict.html.select_one("[data-own]").text
    assert site.services.images.get(image.id).title == "Harbour"
    own = next(f for f in conflict.forms.values() if f.action.endswith("/take_back"))
    own.submit(status=303)
    assert site.services.images.get(image.id).title == "Quay"


def test_conflict_of_two_editors_names_the_other_one(
    site: Site, anna: TestApp, image: Image
) -> None:
    late = anna.get(f"/image/{image.id}/")
    retitle(site.signed_in("bert"), image, "Harbour")
    form = next(f for f in late.forms.values() if f.action.endswith("/update_title"))
    form["value"] = "Pier"
    conflict = form.submit(status=409)
    assert "bert" in conflict.html.select_one("[data-author]").text


def test_tags_that_were_changed_again_are_left_with_a_notice(
    site: Site, anna: TestApp, image: Image
) -> None:
    with audit.acting_as(dict):  # a visitor without a name, whose own tags have no entries
        site.services.annotations.tag(image.id, "vera", ["sea"])
        site.services.annotations.untag_all(image.id, "sea")
        change = site.services.histories.of(image.id)[-1]
        site.services.annotations.tag(image.id, "vera", ["sea", "beach"])
    page = take_back(anna, image).follow()
    assert page.html.select_one("[data-notice]").text == "The change was taken back."
    again = site.services.histories.of(image.id)
    assert [each.id for each in again] == [change.id]  # the visitor had the tag already


def test_page_links_to_all_changes(site: Site, anna: TestApp, image: Image) -> None:
    for number in range(10):
        site.services.editing.update(image.id, ImagePatch(alt=f"text {number}"))
    page = anna.get(f"/image/{image.id}/")
    assert len(page.html.select("#history [data-change]")) == 8
    page = page.click("All changes", href="history")
    assert len(page.html.select("[data-change]")) == 10


# -- API and libraries


@pytest.fixture
def api(site: Site) -> Api:
    _, token = site.services.tokens.add("program", ["read", "edit"])
    return Api(site.app, token)


def test_api_lists_and_takes_back(site: Site, api: Api, image: Image) -> None:
    site.services.editing.update(image.id, ImagePatch(title="Pier"))
    path = f"/images/{image.id}/history"
    (item,) = api.get(path).json["items"]
    assert (item["field"], item["before"], item["after"]) == ("title", "Quay", "Pier")
    assert api("POST", path, {"take_back": item["id"]}).json["title"] == "Quay"
    newest, oldest = api.get(path).json["items"]
    assert newest["by"].startswith("token ")
    assert (newest["undoes"], oldest["undone"]) == (item["id"], True)


def test_api_refuses_changes_that_cannot_be_taken_back(site: Site, api: Api, image: Image) -> None:
    path = f"/images/{image.id}/history"
    site.services.editing.update(image.id, ImagePatch(title="Pier"))
    change = api.get(path).json["items"][0]["id"]
    site.services.editing.update(image.id, ImagePatch(title="Harbour"))
    refused = api("POST", path, {"take_back": change}, status=412)
    assert "changed again since" in refused.json["detail"]
    api("POST", path, {"take_back": "unknown"}, status=404)
    api("POST", path, {}, status=400)
    assert site.services.images.get(image.id).title == "Harbour"


def test_api_refuses_the_history_to_viewers(site: Site, image: Image) -> None:
    _, token = site.services.tokens.add("reader", ["read"])
    Api(site.app, token)("GET", f"/images/{image.id}/history", status=403)


def test_libraries_return_the_same_history_and_take_back(site: Site, image: Image) -> None:
    with libraries(site, "read", "edit"):
        for library in (client, remote):
            library.set_title(image.id, "Pier")
            assert client.get_history(image.id) == remote.get_history(image.id)
            change = library.get_history(image.id)[0]
            assert (change.before, change.after) == ("Quay", "Pier")
            library.take_back(image.id, change.id)
            assert site.services.images.get(image.id).title == "Quay"
            with pytest.raises(UnknownChange):
                library.take_back(image.id, "unknown")
