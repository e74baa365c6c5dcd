"""`/api/v1/articles`, with each request and response validated by the document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import pictures
from tests.support.openapi import Api
from tests.support.site import CLOSED, Site

NUMBER = "10106"


@pytest.fixture
def api(site: Site) -> Api:
    return Api(site.app)


@pytest.fixture
def ids(site: Site) -> list[str]:
    return [site.add(seed, references={"artnr": [NUMBER]}).id for seed in range(3)]


def order_of(response: object) -> list[str]:
    return [image["id"] for image in response.json["images"]]  # type: ignore[attr-defined]


def test_article_has_its_images_in_order(site: Site, api: Api, ids: list[str]) -> None:
    article = api.get(f"/articles/{NUMBER}?size=30x30").json
    assert (article["key"], article["number"], article["next"]) == ("artnr", NUMBER, None)
    assert article["page"] == "http://localhost/article/10106/"
    assert [image["id"] for image in article["images"]] == ids
    assert [(image["at"], image["role"]) for image in article["images"]] == [(None, None)] * 3
    assert article["images"][0]["urls"]["30x30"]["width"] == 30
    assert api.get(f"/articles/artnr/{NUMBER}").json["number"] == NUMBER


def test_article_has_stable_urls(api: Api, ids: list[str]) -> None:
    article = api.get(f"/articles/{NUMBER}?size=30x30&size=o").json
    assert article["urls"] == {
        "30x30": "http://localhost/30x30/artnr/10106.jpeg",
        "o": "http://localhost/o/artnr/10106.jpeg",
    }
    article = api.get(f"/articles/{NUMBER}?size=30x30&which=back").json
    assert article["urls"] == {"30x30": "http://localhost/30x30/artnr/10106/back.jpeg"}
    problem = api("GET", f"/articles/{NUMBER}?which=0", status=400).json
    assert "expected a position or a role" in problem["detail"]


def test_order_is_stored(api: Api, ids: list[str]) -> None:
    response = api("PUT", f"/articles/{NUMBER}/order", {"order": ids[::-1]})
    assert order_of(response) == ids[::-1]
    assert [image["at"] for image in response.json["images"]] == [10, 20, None]
    response = api("PUT", f"/articles/artnr/{NUMBER}/order", {"order": [ids[1]]})
    assert order_of(response) == [ids[1], ids[2], ids[0]]
    found = api.get(f"/images?artnr={NUMBER}&order=place").json["items"]
    assert [item["id"] for item in found] == [ids[1], ids[2], ids[0]]
    assert found[0]["places"] == {"artnr": {NUMBER: {"at": 0, "role": None}}}


def test_order_with_an_old_etag_is_refused(api: Api, ids: list[str]) -> None:
    etag = api.get(f"/articles/{NUMBER}").headers["ETag"]
    body = {"order": [ids[2]]}
    response = api("PUT", f"/articles/{NUMBER}/order", body, headers={"If-Match": etag})
    fresh = response.headers["ETag"]
    problem = api(
        "PUT", f"/articles/{NUMBER}/order", body, headers={"If-Match": etag}, status=412
    ).json
    assert "article artnr 10106 was changed" in problem["detail"]
    api("PUT", f"/articles/{NUMBER}/order", body, headers={"If-Match": fresh})
    response = api(
        "PUT",
        f"/articles/{NUMBER}/role",
        {"id": ids[0], "role": "back"},
        headers={"If-Match": f"W/{fresh}"},
    )
    # The ETag is that of the article in every size, and changes with a role.
    assert response.headers["ETag"] != fresh
    api("PUT", f"/articles/{NUMBER}/order", body, headers={"If-Match": fresh}, status=412)
    not_modified = {"If-None-Match": response.headers["ETag"]}
    api("GET", f"/articles/{NUMBER}", headers=not_modified, status=304)


def test_role_is_stored_and_removed(api: Api, ids: list[str]) -> None:
    response = api("PUT", f"/articles/{NUMBER}/role", {"id": ids[1], "role": "main"})
    assert order_of(response) == [ids[1], ids[0], ids[2]]
    assert response.json["images"][0]["role"] == "main"
    response = api("PUT", f"/articles/artnr/{NUMBER}/role", {"id": ids[1], "role": None})
    assert response.json["images"][0]["role"] is None


@pytest.mark.parametrize(
    ("request_", "body", "status", "reason"),
    [
        ("GET /articles/9", None, 404, "no image with artnr 9"),
        ("PUT /articles/9/order", {"order": []}, 404, "no image with artnr 9"),
        ("PUT /articles/10106/order", {"order": ["A" * 32 + "01"]}, 400, "is no image of"),
        ("PUT /articles/10106/role", {"id": "A" * 32 + "01", "role": "x"}, 400, "is no role"),
        ("GET /articles?key=ean", None, 400, "expected artnr"),
        ("GET /articles/10106?cursor=x", None, 400, "cursor"),
        ("GET /images?order=place", None, 400, "needs one reference"),
        ("GET /images?order=place&artnr=1&artnr=2", None, 400, "needs one reference"),
    ],
)
@pytest.mark.usefixtures("ids")
def test_invalid_request_is_refused(
    api: Api, request_: str, body: dict[str, object] | None, status: int, reason: str
) -> None:
    method, _, path = request_.partition(" ")
    assert reason in api(method, path, body, status=status).json["detail"]


@pytest.mark.parametrize("body", [{}, {"order": "x"}, {"order": [1]}, {"other": []}])
def test_malformed_body_is_refused(site: Site, ids: list[str], body: object) -> None:
    site.app.put_json(f"/api/v1/articles/{NUMBER}/order", body, status=400)
    site.app.put_json(f"/api/v1/articles/{NUMBER}/role", body, status=400)


def test_articles_are_listed_by_number(site: Site, api: Api, ids: list[str]) -> None:
    for seed, number in enumerate(["10107/02", "20000"], start=5):
        site.add(seed, references={"artnr": [number]})
    page = api.get("/articles?limit=2&size=30x30").json
    assert [(item["number"], item["count"]) for item in page["items"]] == [
        (NUMBER, 3),
        ("10107/02", 1),
    ]
    assert page["items"][0]["main"]["id"] == ids[0]
    assert page["items"][1]["page"] == "http://localhost/article/10107%252F02/"
    following = page["next"].removeprefix("http://localhost/api/v1")
    page = api.get(following).json
    assert ([item["number"] for item in page["items"]], page["next"]) == (["20000"], None)
    found = api.get("/articles?prefix=10107").json["items"]
    assert [item["number"] for item in found] == ["10107/02"]
    assert api.get("/articles/10107%252F02").json["number"] == "10107/02"


def test_forms_of_the_pages_are_not_part_of_the_api(site: Site, ids: list[str]) -> None:
    for view in ("order", "role"):
        response = site.app.post(f"/api/v1/articles/{NUMBER}/{view}", status=405)
        assert response.headers["Allow"] == "PUT"
    site.app.get("/api/v1/articles/artnr", status=404)


def test_long_article_is_paged(api: Api, ids: list[str]) -> None:
    page = api.get(f"/articles/{NUMBER}?limit=2&size=30x30").json
    following = page["next"].removeprefix("http://localhost/api/v1")
    rest = api.get(following).json
    assert [image["id"] for image in [*page["images"], *rest["images"]]] == ids
    assert list(rest["images"][0]["urls"]) == ["30x30"]


def test_next_url_of_an_article_keeps_the_limit(api: Api, ids: list[str]) -> None:
    page = api.get(f"/articles/{NUMBER}?limit=1").json
    following = page["next"].removeprefix("http://localhost/api/v1")
    assert len(api.get(following).json["images"]) == 1


def test_changes_need_the_scope_edit(tmp_path: Path, open_site: Callable[..., Site]) -> None:
    site = open_site(tmp_path, **CLOSED)
    image = site.add(1, references={"artnr": [NUMBER]})
    _, reading = site.services.tokens.add("r", ["read"])
    _, editing = site.services.tokens.add("e", ["edit"])
    path, body = f"/api/v1/articles/{NUMBER}", {"order": [image.id]}
    site.app.get(path, status=401)
    site.app.get(path, headers={"Authorization": f"Bearer {reading}"})
    site.app.put_json(f"{path}/order", body, status=401)
    headers = {"Authorization": f"Bearer {reading}"}
    site.app.put_json(f"{path}/order", body, headers=headers, status=403)
    site.app.put_json(f"{path}/order", body, headers={"Authorization": f"Bearer {editing}"})


def test_upload_takes_number_role_and_position_from_file_name(
    tmp_path: Path, open_site: Callable[..., Site]
) -> None:
    site = open_site(tmp_path, **{"upload.artnr_pattern": "amazon"})
    api = Api(site.app)
    for seed, name in enumerate(["PT02", "SWCH", "MAIN", "PT01"]):
        site.app.post(
            f"/api/v1/images?filename=B0ABC.{name}.jpg",
            pictures.photo(30, 20, seed=seed),
            content_type="image/jpeg",
            status=201,
        )
    images = api.get("/articles/B0ABC").json["images"]
    assert [(image["at"], image["role"]) for image in images] == [
        (0, "main"),
        (10, None),
        (20, None),
        (None, "swatch"),
    ]
