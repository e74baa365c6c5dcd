"""The article number, role and position in a file name, for every kind of upload."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Image, Place
from huimages_app.services.image_patch import ImagePatch
from tests.support import commands
from tests.support.pictures import photo
from tests.support.services import ini_in
from tests.support.site import Site

NAME = "10106_back-3.jpg"
PATTERN = r"^(?P<artnr>[0-9]+)_(?P<role>[a-z]+)-(?P<at>[0-9]+)"
PHOTO = photo(60, 40)


@pytest.fixture
def named(tmp_path: Path, open_site: Callable[..., Site]) -> Site:
    return open_site(tmp_path, **{"upload.artnr_pattern": PATTERN})


def stored(site: Site) -> Image:
    return site.services.images.get(image_id(PHOTO))


def require_place(site: Site) -> None:
    image = stored(site)
    assert image.references["artnr"] == ("10106",)
    assert image.places == {"artnr": {"10106": Place(30, "back")}}


@pytest.mark.parametrize("path", ["/upload/", "/upload/api/"])
def test_uploaded_file_gets_number_role_and_position(named: Site, path: str) -> None:
    named.app.post(path, upload_files=[("uploadfile", NAME, PHOTO)])
    require_place(named)


def test_file_sent_to_the_api_gets_number_role_and_position(named: Site) -> None:
    named.app.post(f"/api/v1/images?filename={NAME}", PHOTO, content_type="image/jpeg")
    require_place(named)


def test_known_picture_gets_number_role_and_position(named: Site) -> None:
    named.upload(PHOTO, "other.jpeg")
    named.app.post("/upload/known", {"id": image_id(PHOTO), "filename": NAME})
    require_place(named)


@pytest.mark.parametrize("command", ["import", "import-tree"])
def test_imported_file_gets_number_role_and_position(
    tmp_path: Path, command: str, open_site: Callable[..., Site]
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / NAME).write_bytes(PHOTO)
    ini = ini_in(tmp_path, **{"upload.artnr_pattern": PATTERN})
    source = pictures / NAME if command == "import" else pictures
    assert commands.huimages(ini, command, str(source)).status == 0
    require_place(open_site(tmp_path))


def test_given_number_overrides_the_file_name(named: Site) -> None:
    query = "?artnr=7"
    named.app.post(f"/upload/api/{query}", upload_files=[("uploadfile", NAME, PHOTO)])
    assert (stored(named).references["artnr"], stored(named).places) == (("7",), {})
    # The place is that of the article in the name.
    other = photo(50, 40)
    named.app.post("/upload/api/?artnr=10106", upload_files=[("uploadfile", NAME, other)])
    image = named.services.images.get(image_id(other))
    assert image.places == {"artnr": {"10106": Place(30, "back")}}


def test_upload_keeps_the_place_that_an_editor_gave(named: Site) -> None:
    named.app.post("/upload/api/", upload_files=[("uploadfile", NAME, PHOTO)])
    named.services.articles.set_role("artnr", "10106", image_id(PHOTO), "detail")
    named.app.post("/upload/api/", upload_files=[("uploadfile", NAME, PHOTO)])
    assert stored(named).places == {"artnr": {"10106": Place(30, "detail")}}
    named.services.editing.update(image_id(PHOTO), ImagePatch(references={"artnr": []}))
    assert stored(named).places == {}
