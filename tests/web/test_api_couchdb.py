"""The API on CouchDB: behaviour that depends on the backend."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.couch import Site as Databases
from tests.support.openapi import Api
from tests.support.pictures import photo
from tests.support.site import Site

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "couchdb"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    ini = {}
    if request.param == "couchdb":
        databases: Databases = request.getfixturevalue("couchdb_site")
        ini = {
            "metadata": "couchdb",
            "couchdb.url": databases.url,
            "couchdb.timeout": "20",
            "couchdb.database": databases.images,
            "couchdb.visitor_database": databases.visitors,
            "couchdb.accounts_database": databases.accounts,
        }
    site = Site(tmp_path, **ini)
    yield site
    site.close()


@pytest.fixture
def shop(site: Site) -> Api:
    _, text = site.services.tokens.add("shop", ["read", "upload", "edit"])
    return Api(site.app, text)


def ids(response: object) -> list[str]:
    return [item["id"] for item in response.json["items"]]  # type: ignore[attr-defined]


def test_uploaded_images_are_found_in_couchdb(site: Site, shop: Api) -> None:
    known = [
        shop("POST", f"/images?artnr={n}&tags=sea&created=2026-01-0{n}T00:00:00Z", photo(40, 30, n))
        for n in (1, 2, 3)
    ]
    newest = [response.json["id"] for response in reversed(known)]
    assert ids(shop.get("/images?artnr=1&artnr=3")) == [newest[0], newest[2]]
    first = shop.get("/images?tag=sea&limit=2")
    assert ids(first) + ids(shop.get(first.json["next"])) == newest
    assert ids(shop.get("/images?q=2&tag=sea")) == [newest[1]]
    assert shop.get("/tags").json["items"] == [{"tag": "sea", "spelling": "sea", "count": 3}]
    again = shop.get(f"/images/{newest[0]}")
    assert again.headers["ETag"] == known[2].headers["ETag"]


def test_annotations_are_read_back_from_couchdb(site: Site, shop: Api) -> None:
    url = f"/images/{site.add(title='Old', timestamp=START).id}"
    said = {"title": "New", "alt": "Quay", "focus": [0.25, 0.75], "references": {"artnr": ["7"]}}
    item = shop("PATCH", url, {**said, "created": "2025-01-01T00:00:00.123456Z"}).json
    assert shop.get(url).json == item
    assert (item["titles"], item["focus"]) == (["Old", "New"], [0.25, 0.75])
    assert item["created"] == "2025-01-01T00:00:00.123456Z"
    assert shop("PUT", f"{url}/rating", {"rating": 7}).json["average"] == 7
    assert shop("PUT", f"{url}/favorite").json == {"favorite": True, "count": 1}
    assert shop("POST", f"{url}/tags", {"tags": ["a", "b"]}).json["items"][0]["own"]


def test_changes_are_listed_from_couchdb(site: Site, shop: Api) -> None:
    image, other = site.add(1), site.add(2, timestamp=START - timedelta(days=1))
    since = shop.get("/changes")
    assert set(ids(since)) == {image.id, other.id}
    shop("DELETE", f"/images/{image.id}")
    assert shop.get(since.json["next"]).json["items"] == [{"id": image.id, "gone": True}]


def test_concurrent_patches_with_same_etag_succeed_once(site: Site, shop: Api) -> None:
    url = f"/images/{site.add(title='Old').id}"
    headers = {"If-Match": shop.get(url).headers["ETag"]}
    _, text = site.services.tokens.add("rivals", ["read", "edit"])

    def change(number: int) -> int:
        body = {"references": {"artnr": [str(number)]}, "title": f"Title {number}"}
        rival = Api(site.app, text)
        return rival("PATCH", url, body, headers=headers, may_fail=True).status_int

    with ThreadPoolExecutor(6) as pool:
        responses = sorted(pool.map(change, range(6)))
    assert responses == [200, 412, 412, 412, 412, 412]
    assert len(shop.get(url).json["titles"]) == 2
