"""The life of a picture, from the upload to the removal, on every combination of stores."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from huimages_app.domain.ids import image_id
from tests.support import pictures
from tests.support.everything import Stores, stores_on
from tests.support.s3 import S3Server
from tests.support.site import Site

pytestmark = pytest.mark.slow

PHOTO = pictures.photo(300, 200)
OLDER = pictures.photo(300, 200, seed=1)


@pytest.fixture
def stores(couchdb_url: str, s3_store: S3Server) -> Iterator[Stores]:
    with stores_on(couchdb_url, s3_store) as stores:
        stores.databases.make()
        yield stores


@pytest.fixture(params=["sqlite", "couchdb"])
def metadata(request: pytest.FixtureRequest) -> dict[str, str]:
    if request.param == "sqlite":
        return {"metadata": "sqlite"}
    return request.getfixturevalue("stores").metadata_ini()  # type: ignore[no-any-return]


@pytest.fixture(params=["files", "s3"])
def originals(request: pytest.FixtureRequest) -> dict[str, str]:
    if request.param == "files":
        return {"originals": "files"}
    return request.getfixturevalue("stores").originals_ini()  # type: ignore[no-any-return]


@pytest.fixture
def site(metadata: dict[str, str], originals: dict[str, str], tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, **metadata, **originals)
    yield site
    site.close()


def post(site: Site, path: str, **fields: str) -> Any:
    """The response to a new visitor, who has no cookie yet."""
    site.app.reset()
    return site.app.post(path, fields)


def scaled(site: Site, path: str) -> tuple[int, int]:
    return Image.open(io.BytesIO(site.app.get(path).body)).size


def test_image_lives_from_upload_to_removal_in_every_combination(site: Site) -> None:
    app = site.app
    older = site.upload(OLDER, query="?title=Harbour")
    id_ = site.upload(PHOTO, "gull.jpeg", "?title=Gull+on+a+pole&tags=sea,bird")
    assert id_ == image_id(PHOTO)
    app.reset()
    assert site.upload(PHOTO) == id_

    assert scaled(site, f"/240x160/{id_}") == (240, 160)
    assert scaled(site, f"/75x75!/{id_}/gull-on-a-pole.webp") == (75, 75)
    assert app.get(f"/o/{id_}.jpeg").body == PHOTO

    page = f"/image/{id_}/"
    assert post(site, page + "tag/", newtag="Wind").json == ["wind"]
    assert post(site, page + "rate/", rating="8").text == "8"
    assert post(site, page + "rate/", rating="5").text == "6.5"
    assert post(site, page + "favorite/", rating="1").text == "ok"
    assert page in app.get("/favorites/")
    app.reset()
    assert page not in app.get("/favorites/")
    assert post(site, page + "update_title/", value="Möwe").text == "Möwe"

    shown = app.get(page)
    for text in ("Möwe", "/tag/sea/", "/tag/bird/", "/tag/wind/", "2 votes"):
        assert text in shown
    for where in ("/", "/image/", "/image/?order=rated", "/tag/sea/", "/tag/wind/"):
        assert page in app.get(where)
    for words in ("möwe", "MOWE", "pole", "gull wi", "gull.jpeg"):
        assert page in app.get("/search", {"q": words})
    assert page not in app.get("/search?q=harbour")
    assert app.get(page + "tag_suggestion/?tag=se").json == ["sea"]
    assert app.get(page + "next/", status=302).location.endswith(f"/image/{older}/")
    assert app.get("/image/random/", status=302).location.split("/")[-2] in {id_, older}

    post(site, page + "trash")
    app.get(page, status=404)
    app.get(f"/240x160/{id_}", status=404)
    app.get(f"/o/{id_}", status=404)
    for where in ("/", "/image/", "/tag/sea/", "/search?q=gull"):
        assert page not in app.get(where)
    assert id_ in app.get("/trash/")
    assert post(site, "/trash/", id=id_, action="restore").text == "1"
    assert scaled(site, f"/240x160/{id_}") == (240, 160)
    post(site, page + "trash")
    assert post(site, "/trash/", id=id_, action="remove").text == "1"
    app.get(f"/240x160/{id_}", status=410)
    assert site.services.images.tags() == []
    assert list(site.storage.originals.ids()) == list(site.storage.metadata.images.ids()) == [older]
    assert site.cached() == []
    app.reset()
    assert site.upload(PHOTO) == id_  # and back again
    assert app.get(f"/o/{id_}").body == PHOTO
