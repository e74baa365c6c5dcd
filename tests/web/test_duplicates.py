"""Images that look alike: page, forms, uploads, API, command, library."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture
from webtest import TestApp, Upload

from huimages_app.domain.models import Image
from tests.support import pictures
from tests.support.days import day, limit
from tests.support.openapi import Api
from tests.support.services import add
from tests.support.site import CLOSED, Site


def a_copy(seed: int = 1, width: int = 300, quality: int = 60) -> bytes:
    """The photo of a seed as another file: smaller, and compressed again."""
    photo = pictures.opened(pictures.photo(600, 400, seed=seed))
    return pictures.encoded(photo.resize((width, width * 2 // 3)), quality=quality)


def upload(site: Site, content: bytes, **fields: Any) -> Image:
    return add(site.services, content, **fields).image


@pytest.fixture
def pair(site: Site) -> tuple[Image, Image]:
    """A photo of an article, and a smaller copy that came later."""
    photo = pictures.photo(600, 400, seed=1)
    large = upload(site, photo, title="Chair", references={"artnr": ["10106"]})
    other = upload(site, pictures.photo(600, 400, seed=2))
    assert other.alike == ()
    small = upload(site, a_copy(), title="Copy")
    assert small.alike == (large.id,)
    return large, small


def titles(browser: TestApp) -> list[list[str]]:
    page = browser.get("/duplicates/").html
    return [[one.text for one in group.select("strong")] for group in page.select(".alike")]


class TestPage:
    def test_page_lists_groups_largest_first(
        self, browser: TestApp, pair: tuple[Image, Image]
    ) -> None:
        assert titles(browser) == [["Chair", "Copy"]]
        page = browser.get("/duplicates/")
        assert page.html.select(".alike .badge")[0].find_parent("li").strong.text == "Chair"
        assert "10106" in page.html.select_one(".alike .number").text
        assert "600 × 400" in page.text
        assert 'href="/duplicates/"' in browser.get("/").text

    def test_page_joins_groups_that_overlap(self, site: Site, pair: tuple[Image, Image]) -> None:
        upload(site, a_copy(width=240), title="Third")
        assert titles(site.browser()) == [["Chair", "Copy", "Third"]]

    def test_page_has_further_pages(
        self, site: Site, pair: tuple[Image, Image], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("huimages_app.web.views.duplicates.PER_PAGE", 1)
        upload(site, a_copy(2), title="Second")
        page = site.browser().get("/duplicates/")
        assert "Second" in page.text
        assert "Chair" not in page.html.select_one("main").text
        page = site.browser().get(page.html.select_one(".paging a")["href"])
        assert "Chair" in page.html.select_one("main").text

    def test_page_without_duplicates_shows_a_sentence(self, site: Site) -> None:
        site.add(1)
        assert "No pictures look alike." in site.browser().get("/duplicates/").text
        german = site.browser("de").get("/duplicates/")
        assert "Keine Bilder sehen sich ähnlich." in german.text

    def test_page_hides_pictures_that_visitors_may_not_see(
        self, tmp_path: Path, pair: tuple[Image, Image], site: Site, open_site: Callable[..., Site]
    ) -> None:
        limit(site.services, pair[0], until=day(-1))
        assert titles(site.browser()) == [["Chair", "Copy"]]
        closed = open_site(site.folder, **{**CLOSED, "who.view": "everyone"})
        assert titles(closed.browser()) == []
        assert closed.app.get("/api/v1/duplicates").json["items"] == []
        path = f"/api/v1/images/{pair[1].id}/alike"
        assert closed.app.get(path).json["items"] == []
        assert closed.app.get("/duplicates/").html.select("main form") == []
        closed.app.post("/duplicates/", {"id": pair[0].id}, status=401)

    def test_group_leaves_the_page_when_one_picture_is_trashed(
        self, browser: TestApp, pair: tuple[Image, Image], site: Site
    ) -> None:
        page = browser.get("/duplicates/")
        form = next(form for form in page.forms.values() if form.action == "/selection/")
        assert form["id"].value == pair[0].id
        after = form.submit("action", value="trash").follow()
        assert "was moved to the trash" in after.text
        assert titles(browser) == []
        assert site.services.duplicates.count().number == 0
        # Back from the trash, it is compared again.
        restored = site.services.editing.restore(pair[0].id)
        assert restored.id == pair[0].id
        assert titles(browser) == [["Chair", "Copy"]]

    def test_forms_lead_back_to_their_group_and_from_the_last_one_to_the_group_before(
        self, browser: TestApp, site: Site, pair: tuple[Image, Image]
    ) -> None:
        upload(site, a_copy(2), title="Second")
        page = browser.get("/duplicates/")
        headings = page.html.select(".alike h2")
        assert [one["id"] for one in headings] == ["group-1", "group-2"]
        assert headings[1].select_one("[id]")["id"] == "group-3"
        forms = [form for form in page.forms.values() if "back" in form.fields]
        backs = [form["back"].value for form in forms]
        assert backs == [f"/duplicates/#group-{number}" for number in (1, 1, 1, 2, 2, 2)]
        moved = forms[4].submit("action", value="trash")
        assert moved.location == "http://localhost/duplicates/#group-2"
        after = moved.follow()
        places = after.html.select(".alike [id^=group-]")
        assert [one["id"] for one in places] == ["group-1", "group-2"]
        undo = next(form for form in after.forms.values() if form.action == "/trash/")
        assert undo["back"].value == "/duplicates/#group-2"


class TestDismissal:
    def test_form_dismisses_a_group_permanently(
        self, browser: TestApp, site: Site, pair: tuple[Image, Image],
        caplog: pytest.LogCaptureFixture,
    ) -> None:  # fmt: skip
        caplog.set_level(logging.INFO, "huimages.audit")
        page = browser.get("/duplicates/")
        form = next(form for form in page.forms.values() if form.action == "/duplicates/")
        after = form.submit().follow()
        assert "not listed as duplicates any more" in after.text
        assert titles(browser) == []
        entries = [json.loads(record.getMessage()) for record in caplog.records]
        (entry,) = [one for one in entries if one["action"] == "dismissed duplicate"]
        assert {entry["image"], entry["of"]} == {pair[0].id, pair[1].id}
        # Neither a restored image nor a third one brings the pair back.
        site.services.editing.trash(pair[1].id)
        site.services.editing.restore(pair[1].id)
        assert titles(browser) == []
        assert site.services.duplicates.of_image(site.services.images.get(pair[0].id)) == []

    def test_undo_in_the_notice_lists_the_group_again(
        self, browser: TestApp, site: Site, pair: tuple[Image, Image],
        caplog: pytest.LogCaptureFixture,
    ) -> None:  # fmt: skip
        page = browser.get("/duplicates/")
        form = next(form for form in page.forms.values() if form.action == "/duplicates/")
        after = form.submit().follow()
        caplog.set_level(logging.INFO, "huimages.audit")
        undo = next(form for form in after.forms.values() if form.action.endswith("undismiss"))
        again = undo.submit("action").follow()
        assert "listed as duplicates again" in again.text
        assert titles(browser) == [["Chair", "Copy"]]
        (entry,) = [json.loads(record.getMessage()) for record in caplog.records]
        assert entry["action"] == "took back dismissal of duplicate"
        assert site.services.duplicates.count().number == 1
        assert site.services.images.get(pair[0].id).unlike == ()

    def test_image_page_takes_a_dismissal_back(
        self, browser: TestApp, site: Site, pair: tuple[Image, Image]
    ) -> None:
        site.services.duplicates.dismiss([image.id for image in pair])
        page = browser.get(f"/image/{pair[0].id}/")
        section = page.html.select_one("#similar")
        assert "not a duplicate" in section.text
        assert "Duplicate after all" in section.text
        form = next(form for form in page.forms.values() if form.action.endswith("undismiss"))
        section = form.submit().follow().html.select_one("#similar")
        assert "not a duplicate" not in section.text
        assert titles(browser) == [["Chair", "Copy"]]

    def test_undismissal_joins_only_images_that_look_alike_and_were_dismissed(
        self, site: Site, pair: tuple[Image, Image]
    ) -> None:
        other = upload(site, pictures.photo(600, 400, seed=3))
        third = upload(site, a_copy(width=240), title="Third")
        duplicates = site.services.duplicates
        duplicates.dismiss([pair[0].id, pair[1].id, other.id])
        duplicates.undismiss([other.id, pair[1].id, pair[0].id, third.id])
        get = site.services.images.get
        assert get(other.id).alike == ()
        assert get(pair[1].id).alike == (pair[0].id,)
        assert set(get(third.id).alike) == {pair[0].id, pair[1].id}

    def test_dismissal_keeps_other_pairs(self, site: Site, pair: tuple[Image, Image]) -> None:
        third = upload(site, a_copy(width=240), title="Third")
        site.services.duplicates.dismiss([pair[0].id, third.id])
        found = site.services.duplicates.of_image(site.services.images.get(third.id))
        assert [image.id for image in found] == [pair[1].id]

    def test_undo_button_is_refused_to_visitors(
        self, site: Site, pair: tuple[Image, Image], open_site: Callable[..., Site]
    ) -> None:
        closed = open_site(site.folder, **{**CLOSED, "who.view": "everyone"})
        closed.app.post("/duplicates/undismiss", {"id": pair[0].id}, status=401)

    def test_form_refuses_a_single_and_an_unknown_image(
        self, browser: TestApp, pair: tuple[Image, Image], site: Site
    ) -> None:
        form = next(
            form
            for form in browser.get("/duplicates/").forms.values()
            if form.action == "/duplicates/"
        )
        token = {"csrf_token": form["csrf_token"].value}
        browser.post("/duplicates/", {**token, "id": pair[0].id}, status=400)
        site.services.editing.trash(pair[1].id)
        fields = [*token.items(), ("id", pair[0].id), ("id", pair[1].id)]
        browser.post("/duplicates/", fields, status=404)
        browser.post("/duplicates/", fields[1:], status=400)  # without the CSRF token


class TestHints:
    def test_image_page_names_similar_pictures_and_which_is_larger(
        self,
        site: Site,
        browser: TestApp,
        pair: tuple[Image, Image],
        open_site: Callable[..., Site],
    ) -> None:
        section = browser.get(f"/image/{pair[1].id}/").html.select_one("#similar")
        assert "Chair" in section.text
        assert "10106" in section.text
        assert "600 × 400 (larger)" in section.text
        section = browser.get(f"/image/{pair[0].id}/").html.select_one("#similar")
        assert "(smaller)" in section.text
        closed = open_site(site.folder, **{**CLOSED, "who.view": "everyone"})
        page = closed.app.get(f"/image/{pair[0].id}/").html
        assert page.select_one("#similar") is None

    def test_upload_form_names_similar_pictures(
        self, browser: TestApp, pair: tuple[Image, Image]
    ) -> None:
        form = browser.get("/upload/").forms["upload"]
        form["uploadfile"] = [Upload("again.jpeg", a_copy(width=200))]
        similar = form.submit().html.select_one(".outcomes .similar").text
        assert "Chair" in similar
        assert "10106" in similar
        assert "larger" in similar

    def test_upload_by_script_names_similar_pictures_once(
        self, browser: TestApp, pair: tuple[Image, Image]
    ) -> None:
        form = browser.get("/upload/").forms["upload"]
        form["uploadfile"] = [Upload("again.jpeg", a_copy(width=200))]
        json_ = {"Accept": "application/json"}
        (first,) = form.submit(headers=json_).json["files"]
        assert [(one["number"], one["note"]) for one in first["alike"]] == [
            ("10106", "larger"),
            ("", "larger"),
        ]
        (second,) = form.submit(headers=json_).json["files"]
        assert second["alike"] == []

    def test_upload_without_permission_to_view_reveals_nothing(
        self, site: Site, pair: tuple[Image, Image], open_site: Callable[..., Site]
    ) -> None:
        drop = open_site(site.folder, **{**CLOSED, "who.upload": "everyone"})
        files = [("uploadfile", "again.jpeg", a_copy(width=200))]
        response = drop.app.post(
            "/upload/api/", upload_files=files, headers={"Accept": "application/json"}
        )
        assert response.json["alike"] == []


class TestApi:
    def test_api_lists_and_dismisses_groups(self, site: Site, pair: tuple[Image, Image]) -> None:
        api = Api(site.app)
        (group,) = api.get("/duplicates").json["items"]
        assert [item["id"] for item in group["images"]] == [pair[0].id, pair[1].id]
        assert group["largest"] == pair[0].id
        (similar,) = api.get(f"/images/{pair[0].id}/alike").json["items"]
        assert similar["id"] == pair[1].id
        assert 0 <= similar["distance"] <= 6
        assert api.get(f"/images/{pair[1].id}").json["alike"] == [pair[0].id]
        body = {"ids": [pair[0].id, pair[1].id]}
        assert site.app.post_json("/api/v1/duplicates/dismissed", body).json == body
        assert api.get("/duplicates").json["items"] == []
        assert site.app.post_json("/api/v1/duplicates/undismissed", body).json == body
        assert len(api.get("/duplicates").json["items"]) == 1
        site.app.post_json("/api/v1/duplicates/undismissed", {}, status=400)
        site.app.post_json("/api/v1/duplicates/dismissed", {}, status=400)
        site.app.post_json("/api/v1/duplicates/dismissed", {"ids": [pair[0].id]}, status=400)

    def test_upload_names_similar_images(self, site: Site, pair: tuple[Image, Image]) -> None:
        added = site.app.post(
            "/api/v1/images", a_copy(width=200), headers={"Content-Type": "image/jpeg"}
        ).json
        assert set(added["alike"]) == {pair[0].id, pair[1].id}
        assert len(added["phash"]) == 16


class TestVersions:
    def test_replacement_is_no_duplicate_of_its_older_version(
        self, site: Site, tmp_path: Path
    ) -> None:
        old = upload(site, a_copy())
        path = tmp_path / "better.jpeg"
        path.write_bytes(pictures.photo(600, 400, seed=1))
        with path.open("rb") as file:
            new = site.services.versions.replace(old.id, file).image
        assert site.services.images.get(new.id).alike == ()
        assert titles(site.browser()) == []


def test_pictures_without_features_are_not_alike(site: Site) -> None:
    plain = [
        pictures.encoded(Picture.new("RGB", size, "#ddeeff")) for size in ((90, 60), (120, 80))
    ]
    assert [upload(site, content).alike for content in plain] == [(), ()]
