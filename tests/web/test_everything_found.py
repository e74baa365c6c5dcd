"""Actions on everything that a list finds, and on no other picture."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from webtest import TestApp, TestResponse

from huimages_app.domain.models import Image
from huimages_app.services.image_patch import ImagePatch
from tests.support.site import CLOSED, Site


def everything(browser: TestApp, url: str, action: str, **fields: str) -> TestResponse:
    """Tick "Select all" on a list, and press the button of an action."""
    form = next(form for form in browser.get(url).forms.values() if "in" in form.fields)
    form["in"] = True
    for name, value in fields.items():
        form[name] = value
    return form.submit("action", value=action)


@pytest.fixture
def many(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[Image]:
    """Pictures on several pages, all but the first with the tag "sea"."""
    monkeypatch.setattr("huimages_app.web.presentation.image_lists.PER_PAGE", 2)
    return [site.add(seed, title=f"gull {seed}", tags=["sea"] if seed else []) for seed in range(6)]


def run_jobs(site: Site) -> None:
    for job in site.services.jobs.all():
        site.services.jobs.runner.run(job.id)


def tags_of(site: Site, images: list[Image]) -> list[set[str]]:
    return [set(site.services.annotations.summary(image.id).tags) for image in images]


def label(page: TestResponse) -> str:
    return str(page.html.select_one("[data-everything]").find_parent("label").text.strip())


def test_tick_names_the_number_of_all_pages(browser: TestApp, many: list[Image]) -> None:
    page = browser.get("/tag/sea/?shape=landscape")
    tick = page.html.select_one("[data-everything]")
    assert (tick["value"], tick["data-count"]) == ("tag:sea?shape=landscape", "5")
    assert label(page) == "Select all: 5 pictures"
    page = browser.get(page.html.select_one("[rel=next]")["href"])
    assert (
        page.html.select_one("[data-everything]").find_parent("label").text.strip() == "Select all"
    )


def test_everything_found_is_tagged_by_a_job(
    site: Site, browser: TestApp, many: list[Image]
) -> None:
    response = everything(browser, "/tag/sea/", "tag", tags="Dusk, harbour")
    assert response.location.startswith("http://localhost/job/")
    run_jobs(site)
    assert tags_of(site, many) == [set(), *[{"sea", "dusk", "harbour"}] * 5]
    everything(browser, "/search?q=gull+tag:dusk", "untag", tags="dusk sea")
    run_jobs(site)
    assert tags_of(site, many) == [set(), *[{"harbour"}] * 5]


def test_everything_found_is_tagged_for_a_script(site: Site, many: list[Image]) -> None:
    fields = {"in": "tag:sea", "action": "tag", "tags": "dusk"}
    data = site.app.post("/selection/", fields, headers={"Accept": "application/json"}).json
    assert data["page"] == f"/job/{data['job']}/"


def test_visitor_tags_everything_found_at_once(tmp_path: Path) -> None:
    site = Site(tmp_path, **CLOSED | {"who.view": "everyone", "who.contribute": "everyone"})
    images = [site.add(seed, tags=["sea"]) for seed in range(2)]
    response = everything(site.browser(), "/tag/sea/", "tag", tags="dusk")
    assert response.location == "http://localhost/tag/sea/"
    assert tags_of(site, images) == [{"sea", "dusk"}] * 2
    site.app.post("/selection/", {"in": "tag:sea", "action": "tag", "tags": ""}, status=400)
    site.app.post("/selection/", {"in": "tag:sea", "action": "trash"}, status=401)
    site.app.post("/selection/", {"in": "tag:sea", "action": "edit"}, status=401)
    site.close()


def test_everything_found_is_edited_downloaded_and_collected(
    site: Site, browser: TestApp, many: list[Image]
) -> None:
    url = "/tag/sea/?shape=landscape&order=title"
    response = everything(browser, url, "edit")
    assert "5 pictures" in response.follow().text
    response = everything(browser, url, "download")
    assert len(zipfile.ZipFile(io.BytesIO(response.body)).namelist()) == 5
    form = everything(browser, url, "collect").forms[1]
    form["title"] = "The sea"
    form.submit(status=303)
    (stored,) = site.services.collections.all()
    found = [image.id for image in site.services.collections.images(stored.id)]
    assert found == [image.id for image in many[1:]]
    page = f"/collection/{stored.id}/"
    everything(browser, page, "tag", tags="dusk")
    run_jobs(site)
    assert tags_of(site, many) == [set(), *[{"sea", "dusk"}] * 5]
    everything(browser, page, "uncollect")
    assert list(site.services.collections.images(stored.id)) == []


def test_everything_found_is_moved_to_the_trash(
    site: Site, browser: TestApp, many: list[Image]
) -> None:
    page = everything(browser, "/tag/sea/", "trash").follow()
    assert "5 pictures were moved to the trash." in page.text
    assert site.services.images.count() == 1


@pytest.mark.parametrize("action", ["trash", "collect", "uncollect"])
def test_list_longer_than_the_limit_of_an_action_is_refused(
    site: Site, many: list[Image], monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    monkeypatch.setattr("huimages_app.web.views.selection.MAX_IMAGES", 4)
    response = site.app.post("/selection/", {"in": "tag:sea", "action": action}, status=400)
    assert "more than 4 pictures; expected at most 4" in response.text
    assert site.services.images.count() == 6


@pytest.mark.parametrize("name", ["favorites", "tag:nothing", "search:zzz"])
def test_empty_list_is_refused(site: Site, name: str) -> None:
    site.app.post("/selection/", {"in": name, "action": "trash"}, status=400)
    site.app.post("/selection/", {"in": name, "action": "download"}, status=400)


@pytest.mark.parametrize(
    "name", ["zzz", "tag", "tag:", "tag:\0", "?tag=%00", "?colour=red", "?order=zzz", "rated:x"]
)
def test_damaged_name_of_a_list_never_means_all_pictures(
    site: Site, many: list[Image], name: str
) -> None:
    """It may be that of a newer version of the program, which another node runs."""
    site.app.post("/selection/", {"in": name, "action": "trash"}, status=400)
    change = {"in": name, "verb.alt": "set", "value.alt": "x"}
    site.app.post("/job/", change, status=400)
    site.app.get("/job/edit", {"in": name}, status=400)
    assert site.services.images.count() == 6
    assert site.services.jobs.all() == []


@pytest.mark.parametrize("order", ["rated", "taken"])
def test_job_of_a_list_in_an_order_changes_its_pictures_only(
    site: Site, browser: TestApp, many: list[Image], order: str
) -> None:
    for image in many[:2]:
        site.services.annotations.rate(image.id, "vera", 0)
        taken = datetime(1969, 7, 20, tzinfo=UTC)
        site.services.editing.update(image.id, ImagePatch(taken=taken))
    everything(browser, f"/image/?order={order}", "tag", tags="dusk")
    run_jobs(site)
    assert ["dusk" in tags for tags in tags_of(site, many)] == [True, True, *[False] * 4]
