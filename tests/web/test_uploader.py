"""The account that uploaded an image and the time of upload, for editors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support import pictures
from tests.support.site import CLOSED, PASSWORD, Site

FILE = ("uploadfile", "a.jpeg", pictures.photo(60, 40))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, **CLOSED)
    site.services.accounts.add("anna", "editor", PASSWORD)
    site.services.accounts.add("vera", "viewer", PASSWORD)
    yield site
    site.close()


@pytest.fixture
def image_id(site: Site) -> str:
    started = datetime.now(UTC)
    browser = site.signed_in("anna")
    csrf = browser.get("/upload/").html.select_one("[name=csrf_token]")["value"]
    browser.post("/upload/api/", {"csrf_token": csrf}, upload_files=[FILE])
    (image,) = site.services.images.random(1)
    assert image.uploaded is not None
    assert started <= image.uploaded <= datetime.now(UTC)
    return image.id


def test_image_page_names_uploader_to_editors_only(site: Site, image_id: str) -> None:
    page = site.signed_in("anna").get(f"/image/{image_id}/")
    assert page.html.select_one("#facts [data-uploader]").text == "anna"
    assert "anna" not in site.signed_in("vera").get(f"/image/{image_id}/").text


def test_api_names_uploader_to_editors_only(site: Site, image_id: str) -> None:
    path = f"/api/v1/images/{image_id}"
    to_editor = site.signed_in("anna").get(path)
    to_viewer = site.signed_in("vera").get(path)
    assert to_editor.json["uploader"] == "anna"
    assert to_viewer.json["uploader"] is None
    assert to_editor.json["uploaded"] == to_viewer.json["uploaded"] is not None


def test_etag_that_a_viewer_read_is_accepted_of_an_editor(site: Site, image_id: str) -> None:
    path = f"/api/v1/images/{image_id}"
    etag = site.signed_in("vera").get(path).headers["ETag"]
    _, token = site.services.tokens.add("program", ["edit"])
    headers = {"If-Match": etag, "Authorization": f"Bearer {token}"}
    site.app.patch_json(path, {"title": "Quay"}, headers=headers)


def test_known_image_keeps_its_uploader(site: Site, image_id: str) -> None:
    before = site.services.images.get(image_id)
    again = site.add(width=60, height=40, title="Quay")
    assert again.id == image_id
    assert (again.uploader, again.uploaded) == (before.uploader, before.uploaded)


def test_image_of_a_program_has_no_uploader(site: Site) -> None:
    assert site.add(seed=3).uploader == ""
