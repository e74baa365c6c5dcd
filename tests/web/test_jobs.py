"""Editing many pictures: the form, the job and its page, the API, permissions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from webtest import TestApp, TestResponse

from huimages_app import client, remote
from huimages_app.domain.models import Image
from huimages_app.errors import BadInput
from huimages_app.services.image_patch import ImagePatch
from tests.support.libraries import libraries
from tests.support.openapi import Api
from tests.support.site import CLOSED, PASSWORD, Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, **CLOSED)
    site.services.accounts.add("anna", "editor", PASSWORD)
    site.services.accounts.add("vera", "viewer", PASSWORD)
    yield site
    site.close()


@pytest.fixture
def images(site: Site) -> list[Image]:
    return [site.add(seed=seed, title=f"title {seed}", tags=["sea"]) for seed in range(3)]


@pytest.fixture
def anna(site: Site) -> TestApp:
    return site.signed_in("anna")


def selected(browser: TestApp, images: list[Image]) -> TestResponse:
    """Select pictures in the grid of all pictures, and press Edit."""
    forms = browser.get("/image/").forms.values()
    form = next(form for form in forms if form.action.endswith("/selection/"))
    for box in form.fields["id"]:
        box.checked = box._value in {image.id for image in images}
    return form.submit("action", value="edit")


def begin(page: TestResponse, **fields: str) -> TestResponse:
    """Fill in the form, `verb_alt` for `verb.alt`, and send it."""
    form = next(form for form in page.forms.values() if form.action.endswith("/job/"))
    for name, value in fields.items():
        form[name.replace("_", ".", 1).replace("_", ".")] = value
    return form.submit()


def test_selection_is_edited_by_a_form_without_scripts(
    site: Site, anna: TestApp, images: list[Image]
) -> None:
    page = selected(anna, images[:2])
    assert page.html.select_one("h1").text == "Edit 2 pictures"
    page = begin(
        page,
        verb_title="set",
        value_title="Quay",
        verb_tags="add",
        value_tags="harbour, Kai",
        verb_other="add",
        key_other="path",
        value_other="a/b",
    ).follow()
    assert page.html.select_one(".state").text == "Running"
    assert page.html.select_one("noscript meta[http-equiv=refresh]")
    site.services.jobs.runner.run_pending()
    page = anna.get(page.request.path)
    assert page.html.select_one(".state").text == "Finished"
    assert page.html.select_one("[data-changed]").text == "2"
    for image in images[:2]:
        stored = site.services.images.get(image.id)
        assert (stored.title, stored.references) == ("Quay", {"path": ("a/b",)})
        assert {*site.services.annotations.summary(image.id).tags} == {"sea", "harbour", "kai"}
    assert site.services.images.get(images[2].id).title == "title 2"


def test_value_of_a_field_that_is_kept_is_ignored(
    site: Site, anna: TestApp, images: list[Image]
) -> None:
    # The form hides it, so the editor cannot clear it.
    begin(selected(anna, images), verb_title="set", value_title="Quay", value_alt="typed before")
    site.services.jobs.runner.run_pending()
    stored = site.services.images.get(images[0].id)
    assert (stored.title, stored.alt) == ("Quay", "")


def test_pages_of_an_edit_lead_back_to_the_pictures(
    site: Site, anna: TestApp, images: list[Image]
) -> None:
    page = anna.get("/tag/sea/").click("Edit all of these")
    assert page.html.find("a", string="Cancel")["href"] == "/tag/sea/"
    page = begin(page, verb_alt="set", value_alt="The sea").follow()
    assert page.html.find("a", string="Back to the pictures")["href"] == "/tag/sea/"
    page = begin(selected(anna, images), verb_title="set", value_title="Quay").follow()
    assert page.html.find("a", string="Back to the pictures")["href"] == "/image/"
    foreign = anna.get(page.request.path, {"list": "//elsewhere.example/"})
    assert foreign.html.find("a", string="Back to the pictures")["href"] == "/"


def test_finished_job_shows_pictures_that_left_its_list(
    site: Site, anna: TestApp, images: list[Image]
) -> None:
    page = anna.get("/tag/sea/?without=alt").click("Edit all of these")
    page = begin(page, verb_alt="set", value_alt="The sea").follow()
    assert page.html.select(".job .edited img") == []
    site.services.jobs.runner.run_pending()
    page = anna.get(page.request.url)
    links = [link["href"] for link in page.html.select(".job .edited a")]
    assert sorted(links) == sorted(f"/image/{image.id}/" for image in images)
    page = page.click("Back to the pictures")
    assert page.html.select(".grid li") == []


def test_everything_found_is_edited(site: Site, anna: TestApp, images: list[Image]) -> None:
    site.services.annotations.untag_all(images[0].id, "sea")
    page = anna.get("/tag/sea/").click("Edit all of these")
    assert "Tagged “sea”" in page.html.select_one("h1 + .hint a").text
    begin(page, verb_alt="set", value_alt="The sea")
    site.services.jobs.runner.run_pending()
    alts = [site.services.images.get(image.id).alt for image in images]
    assert alts == ["", "The sea", "The sea"]


def test_job_is_undone_on_its_page_which_lists_skipped_images(
    site: Site, anna: TestApp, images: list[Image]
) -> None:
    page = begin(selected(anna, images), verb_title="set", value_title="Quay").follow()
    site.services.jobs.runner.run_pending()
    site.services.editing.update(images[0].id, ImagePatch(title="Pier"))
    page = anna.get(page.request.path)
    form = next(form for form in page.forms.values() if form.action.endswith("/undo"))
    form.submit(status=303)
    site.services.jobs.runner.run_pending()
    page = anna.get(page.request.path)
    assert page.html.select_one(".state").text == "Undone"
    (skip,) = page.html.select(".skips li")
    assert images[0].id in skip.text
    assert "changed again since" in skip.text
    titles = [site.services.images.get(image.id).title for image in images]
    assert titles == ["Pier", "title 1", "title 2"]


def test_waiting_job_is_cancelled(site: Site, anna: TestApp, images: list[Image]) -> None:
    page = begin(selected(anna, images), verb_title="set", value_title="Quay").follow()
    form = next(form for form in page.forms.values() if form.action.endswith("/cancel"))
    form.submit(status=303)
    assert site.services.jobs.runner.run_pending() == 0
    assert anna.get(page.request.path).html.select_one(".state").text == "Cancelled"
    assert site.services.images.get(images[0].id).title == "title 0"


def test_list_of_jobs_shows_change_and_account(
    site: Site, anna: TestApp, images: list[Image]
) -> None:
    begin(selected(anna, images), **{"verb_rights_creator": "set", "value_rights_creator": "Zoë"})
    (row,) = anna.get("/job/").html.select(".jobs li")
    text = " ".join(row.text.split())
    for part in ("Edit pictures", "Creator", "Running", "anna", "3 pictures"):
        assert part in text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "No change was given"),
        ({"verb_title": "set"}, "is given 0 texts"),
        ({"verb_tags": "add"}, "no values to add"),
        ({"verb_other": "add", "key_other": "A b", "value_other": "1"}, "key of a reference"),
        ({"verb_rights_statement": "set", "value_rights_statement": "x"}, "expected a URL"),
    ],
)
def test_invalid_changes_are_refused_with_the_reason(
    site: Site, anna: TestApp, images: list[Image], fields: dict[str, str], message: str
) -> None:
    form = next(f for f in selected(anna, images).forms.values() if f.action.endswith("/job/"))
    for name, value in fields.items():
        form[name.replace("_", ".")] = value
    assert message in form.submit(status=400).text
    assert site.services.jobs.all() == []


def test_viewers_get_neither_button_nor_pages(site: Site, images: list[Image]) -> None:
    vera = site.signed_in("vera")
    page = vera.get("/image/")
    assert page.html.select_one("[name=action][value=edit]") is None
    assert "/job/" not in page.text
    for path in ("/job/", "/job/edit?in=", "/job/x/"):
        vera.get(path, status=403)
    csrf = page.html.select_one("meta[name=csrf-token]")["content"]
    fields = {"id": images[0].id, "action": "edit", "csrf_token": csrf}
    vera.post("/selection/", fields, status=403)
    vera.post("/job/", fields | {"verb.alt": "remove"}, status=403)


def test_form_without_csrf_token_is_refused(anna: TestApp, images: list[Image]) -> None:
    anna.post("/job/", {"id": images[0].id, "verb.alt": "remove"}, status=400)


def test_unknown_job_is_404(anna: TestApp) -> None:
    assert "30 days" in anna.get("/job/unknown/", status=404).text


# -- API and libraries


@pytest.fixture
def api(site: Site) -> Api:
    _, token = site.services.tokens.add("program", ["read", "edit"])
    return Api(site.app, token)


def test_api_edits_follows_and_undoes(site: Site, api: Api, images: list[Image]) -> None:
    order = {"query": {"tag": ["sea"], "without": "alt"}, "edit": {"alt": {"set": "The sea"}}}
    created = api("POST", "/jobs", order, status=201)
    path = created.headers["Location"].partition("/api/v1")[2]
    assert created.json["state"] == "collecting"
    site.services.jobs.runner.run_pending()
    job = api.get(path).json
    assert (job["state"], job["total"], job["changed"]) == ("done", 3, 3)
    assert api.get("/jobs").json["items"] == [job]
    site.services.editing.update(images[1].id, ImagePatch(alt="A quay"))
    assert api("POST", f"{path}/undo").json["state"] == "undoing"
    site.services.jobs.runner.run_pending()
    assert api.get(path).json["kept"] == 1
    skips = api.get(f"{path}/skips").json
    assert [(skip["id"], skip["field"]) for skip in skips["items"]] == [(images[1].id, "alt")]
    assert skips["next"] is None


@pytest.mark.parametrize(
    "order",
    [
        {"edit": {"alt": {"remove": None}}},
        {"ids": [], "query": {}, "edit": {"alt": {"remove": None}}},
        {"ids": ["x"], "edit": {"alt": {"remove": None}}},
        {"query": {"colour": "red"}, "edit": {"alt": {"remove": None}}},
        {"query": {"tag": ""}, "edit": {"alt": {"remove": None}}},
        {"query": {"tag": []}, "edit": {"alt": {"remove": None}}},
        {"query": {}, "edit": {f"references.k{number}": {"set": "1"} for number in range(51)}},
        {"query": {}, "edit": {}},
        {"query": {}, "edit": {"length": {"set": "1"}}},
        {"query": {}, "edit": {"title": {"remove": ["x"]}}},
        {"query": {}, "edit": {"alt": {"set": ["1", "2"]}}},
        {"query": {}, "edit": {"alt": {"set": 1}}},
        {"query": {}, "edit": {"tags": {"add": [str(number) for number in range(51)]}}},
    ],
)
def test_api_refuses_invalid_orders(site: Site, api: Api, order: dict[str, object]) -> None:
    api("POST", "/jobs", order, status=400)
    assert site.services.jobs.all() == []


def test_api_refuses_to_cancel_a_job_twice(site: Site, api: Api, images: list[Image]) -> None:
    order = {"ids": [images[0].id], "edit": {"alt": {"set": "The sea"}}}
    path = f"/jobs/{api('POST', '/jobs', order, status=201).json['id']}"
    assert api("POST", f"{path}/cancel").json["state"] == "cancelled"
    api("POST", f"{path}/cancel", status=400)
    api("GET", "/jobs/unknown", status=404)


def test_libraries_edit_follow_and_undo(site: Site, images: list[Image]) -> None:
    with libraries(site, "read", "edit"):
        for library in (client, remote):
            job_id = library.edit_images([image.id for image in images], {"alt": {"set": "Sea"}})
            site.services.jobs.runner.run_pending()
            assert client.get_job(job_id) == remote.get_job(job_id)
            assert (library.get_job(job_id).state, library.get_job(job_id).changed) == ("done", 3)
            library.undo_job(job_id)
            site.services.jobs.runner.run_pending()
            assert library.get_job(job_id).state == "undone"
            assert site.services.images.get(images[0].id).alt == ""
            tagged = library.edit_found_images({"tags": {"add": ["quay"]}}, without=["alt"])
            site.services.jobs.runner.run_pending()
            assert library.get_job(tagged).changed == 3
            stopped = library.edit_found_images({"tags": {"remove": []}}, tag="quay")
            library.cancel_job(stopped)
            assert library.get_job(stopped).state == "cancelled"
            with pytest.raises(BadInput):
                library.cancel_job(stopped)
            with pytest.raises(BadInput):
                library.edit_found_images({"alt": {"set": "x"}}, shape="round")
            with pytest.raises(BadInput, match="'tag' is empty"):
                library.edit_found_images({"alt": {"set": "x"}}, tag=[], type="product")
            library.undo_job(tagged)
            site.services.jobs.runner.run_pending()


def test_server_runs_jobs_in_the_background(site: Site, api: Api, images: list[Image]) -> None:
    site.services.jobs.runner.start()
    order = {"ids": [image.id for image in images], "edit": {"alt": {"set": "The sea"}}}
    path = f"/jobs/{api('POST', '/jobs', order, status=201).json['id']}"
    for _ in range(500):
        if api.get(path).json["state"] == "done":
            break
        time.sleep(0.02)
    assert api.get(path).json["changed"] == 3
