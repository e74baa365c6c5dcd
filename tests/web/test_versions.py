"""Versions of a picture: its page, the API, the forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from webtest import TestApp, Upload

from huimages_app.domain.ids import image_id
from huimages_app.services.image_patch import ImagePatch
from tests.support import pictures
from tests.support.openapi import Api
from tests.support.site import CLOSED, Site
from tests.support.versions import a_photo, chain, replaced


@pytest.fixture
def api(site: Site) -> Api:
    return Api(site.app)


@pytest.fixture
def ids(site: Site) -> list[str]:
    """Two versions of one picture, the older first."""
    return chain(site.services, 1, 2, title="Red", references={"artnr": ["10106"]})


def put(site: Site, image: str, content: bytes, status: int, **headers: str) -> dict[str, object]:
    response = site.app.put(
        f"/api/v1/images/{image}/file?filename=better.jpeg", content, status=status,
        headers={"Content-Type": "image/jpeg", **headers},
    )  # fmt: skip
    data: dict[str, object] = response.json
    return data


class TestApi:
    def test_put_file_returns_the_new_image(self, site: Site) -> None:
        old = site.add(1, title="Red", references={"artnr": ["10106"]}).id
        item = put(site, old, a_photo(2), 201)
        assert (item["id"], item["title"]) == (image_id(a_photo(2)), "Red")
        assert (item["versions"], item["replaced_by"]) == ([old], None)
        assert item["filename"] == "better.jpeg"
        known = site.add(3).id
        assert put(site, old, pictures.photo(60, 40, seed=3), 200)["id"] == known

    def test_new_image_is_at_the_location(self, site: Site) -> None:
        response = site.app.put(
            f"/api/v1/images/{site.add(1).id}/file", a_photo(2),
            headers={"Content-Type": "application/octet-stream"},
        )  # fmt: skip
        location = response.headers["Location"].removeprefix("http://localhost")
        assert site.app.get(location).headers["ETag"] == response.headers["ETag"]

    def test_versions_are_listed_oldest_first(self, api: Api, ids: list[str]) -> None:
        for one in ids:
            items = api.get(f"/images/{one}/versions").json["items"]
            assert [item["id"] for item in items] == ids
        assert api.get(f"/images/{ids[0]}").json["replaced_by"] == ids[1]

    def test_versions_in_the_trash_are_not_listed(
        self, site: Site, api: Api, ids: list[str]
    ) -> None:
        site.services.editing.trash(ids[0])
        items = api.get(f"/images/{ids[1]}/versions").json["items"]
        assert [item["id"] for item in items] == [ids[1]]

    def test_older_version_becomes_the_newest(self, api: Api, ids: list[str]) -> None:
        item = api("PUT", f"/images/{ids[0]}/newest").json
        assert (item["id"], item["versions"]) == (ids[0], [ids[1]])

    def test_turn_makes_a_new_version(self, site: Site, api: Api) -> None:
        old = site.add(1)
        item = api("POST", f"/images/{old.id}/turn", {"degrees": 90}).json
        assert (item["width"], item["height"]) == (old.height, old.width)
        assert item["versions"] == [old.id]
        for degrees in (45, "90", True, None):
            api("POST", f"/images/{old.id}/turn", {"degrees": degrees}, status=400)

    def test_if_match_of_another_version_is_refused(self, site: Site, ids: list[str]) -> None:
        first = site.app.get(f"/api/v1/images/{ids[0]}").headers["ETag"]
        newest = site.app.get(f"/api/v1/images/{ids[1]}").headers["ETag"]
        put(site, ids[1], a_photo(3), 412, **{"If-Match": first})
        assert put(site, ids[1], a_photo(3), 201, **{"If-Match": newest})["versions"] == ids

    def test_same_picture_is_refused(self, site: Site, ids: list[str]) -> None:
        problem = put(site, ids[1], a_photo(2), 400)
        assert "is the picture" in str(problem["detail"])

    def test_put_of_another_file_is_refused(self, site: Site, ids: list[str]) -> None:
        put(site, ids[0], b"no picture", 415)
        put(site, ids[0], a_photo(3), 415, **{"Content-Type": "text/plain"})

    def test_older_version_is_not_in_lists(self, site: Site, api: Api, ids: list[str]) -> None:
        for path in ("/images", "/images?artnr=10106", "/images?q=red"):
            assert [item["id"] for item in api.get(path).json["items"]] == [ids[1]]
        [article] = api.get("/articles").json["items"]
        assert (article["count"], article["main"]["id"]) == (1, ids[1])
        for path in ("/feed.atom", "/sitemap.xml"):
            text = site.app.get(path).text
            assert ids[1] in text
            assert ids[0] not in text


class TestPage:
    def test_page_lists_versions_and_goes_back(self, site: Site, ids: list[str]) -> None:
        browser = site.browser()
        page = browser.get(f"/image/{ids[1]}/")
        section = page.html.find(id="versions")
        hrefs = [link["href"].partition("?")[0] for link in section.find_all("a")]
        assert hrefs == [f"/image/{one}/" for one in ids]
        form = next(form for form in page.forms.values() if form.action.endswith("/newest"))
        after = form.submit(status=303).follow()
        assert after.request.path == f"/image/{ids[0]}/"
        assert "This version is the newest again." in after
        assert site.services.images.get(ids[1]).replaced_by == ids[0]

    def test_page_of_an_older_version_leads_to_the_newest(self, site: Site, ids: list[str]) -> None:
        page = site.browser().get(f"/image/{ids[0]}/")
        notice = page.html.find(class_="older-version")
        assert notice.a["href"] == f"/image/{ids[1]}/"
        assert site.browser().get(f"/image/{ids[1]}/").html.find(class_="older-version") is None

    def test_form_uploads_a_better_picture(self, site: Site) -> None:
        old = site.add(1, title="Red").id
        page = site.browser().get(f"/image/{old}/")
        form = next(form for form in page.forms.values() if form.action.endswith("/replace/"))
        form["uploadfile"] = Upload("better.jpeg", a_photo(2), "image/jpeg")
        after = form.submit(status=303).follow()
        assert after.request.path == f"/image/{image_id(a_photo(2))}/"
        assert "The picture was replaced." in after
        assert after.html.h1.text == "Red"

    def test_form_without_a_file_is_refused(self, site: Site, ids: list[str]) -> None:
        site.app.post(f"/image/{ids[1]}/replace/", {"x": "y"}, status=400)

    def test_form_turns_the_picture(self, site: Site) -> None:
        old = site.add(1)
        page = site.browser().get(f"/image/{old.id}/")
        form = next(form for form in page.forms.values() if form.action.endswith("/turn"))
        after = form.submit("degrees", value="270", status=303).follow()
        assert f"{old.height} × {old.width}" in after

    def test_gif_has_no_form_to_turn_it(self, site: Site) -> None:
        gif = site.upload(pictures.photo(40, 30, format="GIF"), "a.gif")
        page = site.browser("de").get(f"/image/{gif}/")
        assert not any(form.action.endswith("/turn") for form in page.forms.values())
        refused = site.browser("de").post(f"/image/{gif}/turn", {"degrees": "90"}, status=400)
        assert "nicht verlustfrei gedreht" in refused

    def test_scripts_get_json(self, site: Site, ids: list[str]) -> None:
        headers = {"Accept": "application/json"}
        response = site.app.post(f"/image/{ids[1]}/turn", {"degrees": "90"}, headers=headers)
        assert site.services.images.get(response.json["id"]).versions == tuple(ids)

    def test_newest_version_in_the_trash_has_no_link(self, site: Site, ids: list[str]) -> None:
        site.services.editing.trash(ids[1])
        page = site.browser().get(f"/image/{ids[0]}/")
        assert page.html.find(class_="older-version") is None
        assert not any(form.action.endswith("/replace/") for form in page.forms.values())
        form = next(form for form in page.forms.values() if form.action.endswith("/newest"))
        form.submit(status=303)
        assert site.services.images.get(ids[0]).replaced_by == ""

    def test_page_of_a_picture_without_versions_reads_none(self, site: Site) -> None:
        page = site.browser().get(f"/image/{site.add(1).id}/")
        assert page.html.find(id="versions").ol is None


class TestPermissions:
    @pytest.fixture
    def closed(self, tmp_path: Path) -> Iterator[Site]:
        site = Site(tmp_path, **CLOSED)
        yield site
        site.close()

    def test_account_that_may_not_upload_is_refused(self, tmp_path: Path) -> None:
        # Everyone may edit on this site, but only editors may upload.
        site = Site(tmp_path, **{**CLOSED, "who.view": "everyone", "who.edit": "everyone"})
        old, new = chain(site.services, 1, 2)
        page = site.browser().get(f"/image/{new}/")
        actions = [form.action for form in page.forms.values()]
        assert not [one for one in actions if re.search(r"/(replace/|turn|newest)$", one)]
        for path in (f"{new}/turn", f"{old}/newest", f"{new}/replace/"):
            site.app.post(f"/image/{path}", {"degrees": "90"}, status=401)
        site.app.put(f"/api/v1/images/{old}/newest", status=401)
        assert site.services.images.get(old).replaced_by == new
        site.close()

    def test_visitor_sees_versions_without_forms(self, tmp_path: Path) -> None:
        site = Site(tmp_path, **{**CLOSED, "who.view": "everyone"})
        old, new = chain(site.services, 1, 2)
        page = site.browser().get(f"/image/{new}/")
        section = page.html.find(id="versions")
        assert len(section.find_all("li")) == 2
        assert section.form is None
        site.services.editing.trash(old)
        assert site.browser().get(f"/image/{new}/").html.find(id="versions") is None
        site.close()

    @pytest.mark.parametrize("scopes", [["edit"], ["upload"]])
    def test_token_needs_both_scopes(self, closed: Site, scopes: list[str]) -> None:
        old = closed.add(1).id
        token = closed.services.tokens.add("shop", [*scopes, "read"])[1]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "image/jpeg"}
        app = TestApp(closed.app.app)
        app.put(f"/api/v1/images/{old}/file", a_photo(2), headers=headers, status=403)
        both = closed.services.tokens.add("both", ["edit", "upload"])[1]
        headers["Authorization"] = f"Bearer {both}"
        app.put(f"/api/v1/images/{old}/file", a_photo(2), headers=headers, status=201)


class TestArticles:
    def test_article_url_shows_the_new_version_at_once(self, site: Site) -> None:
        old = site.add(1, references={"artnr": ["10106"]}).id
        before = site.app.get("/40x40/artnr/10106.jpeg")
        assert old in before.headers["Content-Location"]
        new = replaced(site.services, old, 2).image.id
        after = site.app.get("/40x40/artnr/10106.jpeg")
        assert new in after.headers["Content-Location"]
        assert after.headers["ETag"] != before.headers["ETag"]
        assert site.app.get(before.headers["Content-Location"]).status_int == 200

    def test_role_and_position_stay(self, site: Site) -> None:
        found = [site.add(seed, references={"artnr": ["10106"]}).id for seed in range(3)]
        site.services.articles.set_role("artnr", "10106", found[1], "back")
        new = replaced(site.services, found[1], 9).image.id
        for which in ("2", "back"):
            location = site.app.get(f"/40x40/artnr/10106/{which}.jpeg").headers["Content-Location"]
            assert new in location

    def test_article_page_has_the_new_version_only(self, site: Site, ids: list[str]) -> None:
        page = site.browser().get("/article/10106/")
        assert ids[1] in page
        assert ids[0] not in page


def test_edited_title_of_the_old_version_stays_there(site: Site, ids: list[str]) -> None:
    site.services.editing.update(ids[0], ImagePatch(title="Old"))
    assert site.services.images.get(ids[1]).title == "Red"
    assert "Old" in site.browser().get(f"/image/{ids[0]}/")
