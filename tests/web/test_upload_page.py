"""Uploading by a plain form: several files, the result of each, article numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from webtest import TestApp, Upload

from huimages_app.domain.ids import image_id
from tests.support import pictures
from tests.support.site import Site

JSON = {"Accept": "application/json"}


def photo(seed: int = 0) -> bytes:
    return pictures.photo(60, 40, seed=seed)


def test_upload_form_applies_fields_to_all_files(site: Site, browser: TestApp) -> None:
    form = browser.get("/upload/").forms["upload"]
    form["uploadfile"] = [
        Upload("one.jpg", photo(1)),
        Upload("broken.jpg", b"\xff\xd8nonsense"),
        Upload("two.jpg", photo(2)),
    ]
    form["title"], form["tags"], form["artnr"] = "Quay", "sea, dusk", "10106"
    page = form.submit()
    bad, good, _other = page.html.select(".outcomes li")
    assert good.a["href"] == f"/image/{image_id(photo(1))}/"
    assert "uploaded" in good.text
    assert "broken.jpg" in bad.text
    assert "This file is not a picture, or it is damaged." in bad.text
    image = site.services.images.get(image_id(photo(2)))
    assert (image.title, image.filename) == ("Quay", "two.jpg")
    assert image.references == {"artnr": ("10106",)}
    assert set(site.services.annotations.summary(image.id).tags) == {"sea", "dusk"}


def test_upload_of_stored_picture_links_to_it(site: Site, browser: TestApp) -> None:
    known = site.add(1, title="Known")
    form = browser.get("/upload/").forms["upload"]
    form["uploadfile"] = [Upload("again.jpg", photo(1))]
    [line] = form.submit().html.select(".outcomes li")
    assert "already on this site" in line.text
    assert line.a["href"] == f"/image/{known.id}/"


@pytest.mark.parametrize(
    ("pattern", "number"), [(r"^([0-9]{5})_", ("10106",)), (r"[0-9]{2}", ("10",)), (r"x(\d)", None)]
)
def test_upload_takes_article_number_from_filename(
    tmp_path: Path, pattern: str, number: object
) -> None:
    site = Site(tmp_path, **{"upload.artnr_pattern": pattern})
    site.app.post("/upload/", upload_files=[("uploadfile", "10106_side.jpg", photo())])
    assert site.services.images.get(image_id(photo())).references.get("artnr") == number
    assert "Otherwise it is taken from the file names" in site.browser().get("/upload/")
    site.close()


def test_upload_returns_json_of_each_file_to_scripts(site: Site) -> None:
    files = [("uploadfile", "a.jpg", photo(1)), ("uploadfile", "b.jpg", b"nonsense")]
    good, bad = site.app.post("/upload/", upload_files=files, headers=JSON).json["files"]
    assert good["id"] == image_id(photo(1))
    assert (good["filename"], good["title"], good["new"]) == ("a.jpg", "a.jpg", True)
    assert good["url"] == f"/image/{good['id']}/"
    assert site.app.get(good["thumb"]).content_type == "image/jpeg"
    assert bad["filename"] == "b.jpg"
    assert bad["error"]


def test_upload_without_accepted_file_returns_error_status(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"upload.max_bytes": "1000"})
    post = site.app.post
    post("/upload/", upload_files=[("uploadfile", "a", b"x")], headers=JSON, status=415)
    response = post("/upload/", upload_files=[("uploadfile", "a", b"x" * 2000)], status=413)
    assert "This picture is too large." in response
    site.close()


def test_upload_form_without_picture_is_shown_again_with_sentence(browser: TestApp) -> None:
    form = browser.get("/upload/").forms["upload"]
    form["title"], form["tags"], form["artnr"] = "Quay", "sea <b>", "10106"
    page = form.submit(status=400)
    assert page.html.select_one("[role=alert]").text == "Please choose at least one picture."
    form = page.forms["upload"]
    assert [form[name].value for name in ("title", "tags", "artnr")] == ["Quay", "sea <b>", "10106"]
    form["uploadfile"] = [Upload("a.jpg", photo())]
    assert form.submit().status_int == 200


@pytest.mark.parametrize("accept", ["application/json", "*/*"])
@pytest.mark.parametrize("path", ["/upload/", "/upload/api/"])
def test_upload_without_picture_returns_400_to_programs(site: Site, path: str, accept: str) -> None:
    response = site.app.post(path, {"title": "Quay"}, headers={"Accept": accept}, status=400)
    assert "No picture was sent" in response


def test_hostile_filenames_are_escaped(site: Site, browser: TestApp) -> None:
    form = browser.get("/upload/").forms["upload"]
    form["uploadfile"] = [Upload("<script>x.jpg", b"nonsense"), Upload("<b>.jpg", photo())]
    page = form.submit()
    assert "<script>" not in page
    assert not page.html.select("main b")


def listed(page: TestApp) -> set[str]:
    return {box["value"] for box in page.html.select("input[name=id]")}


def test_link_shows_exactly_the_pictures_of_one_upload(site: Site, browser: TestApp) -> None:
    known = site.add(1, title="Known")
    site.add(9, title="Other")
    form = browser.get("/upload/").forms["upload"]
    form["uploadfile"] = [Upload("again.jpg", photo(1)), Upload("new.jpg", photo(2))]
    result = form.submit()
    page = result.click("Show these pictures")
    assert page.request.path_qs == f"/image/?batch={form['batch'].value}"
    assert listed(page) == {known.id, image_id(photo(2))}
    assert page.html.select_one(".count").text == "2 pictures"
    assert "Uploaded together" in page.text
    # A colleague uploads the same picture, and its link still shows it.
    other = site.browser().get("/upload/").forms["upload"]
    assert other["batch"].value != form["batch"].value
    other["uploadfile"] = [Upload("mine.jpg", photo(2))]
    assert listed(other.submit().click("Show these pictures")) == {image_id(photo(2))}
    assert listed(site.browser().get(page.request.path_qs)) == {known.id, image_id(photo(2))}
    # The next form of the page is another upload.
    assert result.forms["upload"]["batch"].value not in {"", form["batch"].value}


def test_known_picture_that_is_not_sent_joins_the_upload(site: Site, browser: TestApp) -> None:
    known = site.add(1)
    fields = {"id": known.id, "batch": "0123456789abcdef"}
    site.app.post("/upload/known", fields, headers=JSON)
    assert listed(browser.get("/image/?batch=0123456789abcdef")) == {known.id}


def test_upload_with_an_unusable_batch_is_refused(site: Site) -> None:
    files = [("uploadfile", "new.jpg", photo(2))]
    site.app.post("/upload/", {"batch": "<b>"}, upload_files=files, status=400)
    assert site.services.images.count() == 0
