"""The API on CouchDB: behaviour that depends on the backend."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from huimages_app.services.image_patch import ImagePatch
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
    fields = {"title": "New", "alt": "Quay", "focus": [0.25, 0.75], "references": {"artnr": ["7"]}}
    item = shop("PATCH", url, {**fields, "created": "2025-01-01T00:00:00.123456Z"}).json
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


def facets_in(response: object) -> list[tuple[str, str]]:
    items = response.json["items"]  # type: ignore[attr-defined]
    return [(item["filter"], item["value"]) for item in items]


def counted(response: object) -> dict[tuple[str, str], int]:
    """Return the numbers that are not 0; all are exact."""
    items = response.json["items"]  # type: ignore[attr-defined]
    assert all(item["count_is_exact"] for item in items)
    return {(item["filter"], item["value"]): item["count"] for item in items if item["count"]}


def test_facets_count_the_images_of_a_list(site: Site, shop: Api) -> None:
    wide = site.add(1, 60, 20, title="Quay", tags=["sea"])
    site.add(2, 20, 60, tags=["sea"])
    site.add(3, 20, 60, references={"view": ["front"]})
    shop("PUT", f"/images/{wide.id}/rating", {"rating": 7})
    everything = shop.get("/images/facets")
    expected = {
        ("shape", "panorama"): 1,
        ("shape", "portrait"): 2,
        ("format", "jpeg"): 3,
        ("without", "title"): 2,
        ("without", "alt"): 3,
        ("without", "tags"): 1,
        ("without", "artnr"): 3,
        ("rating", "2"): 1,
        ("rating", "4"): 1,
        ("rating", "6"): 1,
    }
    assert counted(everything) == expected
    assert len(everything.json["items"]) == 22
    sea = counted(shop.get("/images/facets?tag=sea&order=oldest"))
    assert (sea["shape", "portrait"], sea["format", "jpeg"]) == (1, 2)
    # Of a filter in force the numbers are those of its other values.
    response = shop.get("/images/facets?tag=sea&shape=panorama&rating=6&without=alt")
    assert facets_in(response) == facets_in(everything)
    narrow = counted(response)
    assert (narrow["shape", "panorama"], narrow["rating", "2"]) == (1, 1)
    assert ("without", "title") not in narrow
    assert counted(shop.get("/images/facets?shape=panorama"))["shape", "portrait"] == 2
    assert counted(shop.get("/images/facets?ref.view=front"))["shape", "portrait"] == 1
    assert counted(shop.get("/images/facets?order=rated"))["format", "jpeg"] == 1
    headers = {"If_None_Match": everything.headers["ETag"]}
    assert shop.get("/images/facets", **headers).status_int == 304
    assert "expected" in shop("GET", "/images/facets?shape=round", status=400).json["detail"]
    assert "known: q" in shop("GET", "/images/facets?limit=5", status=400).json["detail"]


def test_months_lead_into_a_list_by_time(site: Site, shop: Api) -> None:
    ids_of = {}
    for year in (2022, 2023, 2024):
        for month in (3, 5):
            added = datetime(year, month, 7, tzinfo=UTC)
            image = site.add(100 * year + month, tags=["sea"], timestamp=added)
            taken = datetime(year - 1, month, 7, tzinfo=UTC) if month == 3 else None
            site.services.editing.update(image.id, ImagePatch(taken=taken))
            ids_of[year, month] = image.id
    newest = list(reversed(ids_of.values()))
    response = shop.get("/images/months?tag=sea")
    assert response.headers["Cache-Control"] == "private, max-age=300"
    names = ["2024-05", "2024-03", "2023-05", "2023-03", "2022-05", "2022-03"]
    urls = {item["month"]: item["url"] for item in response.json["items"]}
    assert list(urls) == names
    assert {(item["count"], item["count_is_exact"]) for item in response.json["items"]} == {
        (1, True)
    }
    page = shop.get(urls["2023-05"])
    assert ids(page) == newest[2:]
    assert page.json["prev"]
    first = shop.get(urls["2024-03"] + "&limit=2")
    assert ids(first) == newest[1:3]
    assert ids(shop.get(first.json["next"])) == newest[3:5]
    assert ids(shop.get(first.json["prev"])) == newest[:1]
    oldest = shop.get("/images/months?tag=sea&order=oldest").json["items"]
    assert [item["month"] for item in oldest] == names[::-1]
    assert ids(shop.get(oldest[3]["url"])) == newest[2::-1]
    taken = shop.get("/images/months?order=taken").json["items"]
    assert [item["month"] for item in taken] == ["2023-03", "2022-03", "2021-03"]
    assert ids(shop.get(taken[1]["url"])) == [ids_of[2023, 3], ids_of[2022, 3]]
    assert ids(shop.get("/images?at=2023-04-28..2024-04")) == newest[1:]
    assert ids(shop.get("/images?at=2023..&order=oldest")) == newest[3::-1]
    for path in ("/images/months?order=title", "/images?at=2023&order=rated", "/images?at=soon"):
        assert "expected" in shop("GET", path, status=400).json["detail"]
