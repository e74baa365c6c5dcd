"""`/api/v1`: lists, permissions, errors and the OpenAPI document."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support import pictures
from tests.support.openapi import Api, ids
from tests.support.site import Site

UNKNOWN = "A" * 32 + "01"


START = datetime(2026, 1, 1, tzinfo=UTC)


PHOTO = pictures.photo(80, 60)


def test_api_tags_are_listed_by_prefix(site: Site, api: Api) -> None:
    site.add(1, tags=["sea", "seal"])
    site.add(2, tags=["sea", "town"])
    assert api.get("/tags").json["items"][0] == {"tag": "sea", "spelling": "sea", "count": 2}
    found = api.get("/tags?prefix=SE&limit=5").json["items"]
    assert [entry["tag"] for entry in found] == ["sea", "seal"]


def test_rendition_has_requested_size(tmp_path: Path) -> None:
    site = Site(tmp_path, sizes="hero = 1600x400!")
    response = Api(site.app).get("/sizes").json
    expected = {"name": "hero", "size": "1600x400!", "width": 1600, "height": 400, "crop": True}
    assert expected in response["items"]
    assert response["any"] is True
    site.close()


def test_api_sizes_include_unnamed_sizes(tmp_path: Path) -> None:
    allowed = {"sizes.allowed": "vga 150x150! 640x480", "signed": "off"}
    site = Site(tmp_path, **allowed)
    api = Api(site.app)
    response = api.get("/sizes").json
    assert [item["name"] for item in response["items"]] == ["vga", "150x150!"]
    assert response["any"] is False
    image = site.add()
    for item in response["items"]:
        assert item["name"] in api.get(f"/images/{image.id}?size={item['name']}").json["urls"]
    site.close()


def test_api_changes_continue_from_since(site: Site, api: Api) -> None:
    known = [site.add(n, 12, 8).id for n in range(3)]
    first = api.get("/changes?limit=2")
    second = api.get(first.json["next"])
    assert ids(first) + ids(second) == known
    site.services.editing.trash(known[1])
    third = api.get(second.json["next"])
    assert third.json["items"] == [{"id": known[1], "gone": True}]
    assert api.get(third.json["next"]).json["items"] == []
    api("GET", "/changes?since=nonsense", status=400)


def test_api_neighbours_and_random_image_are_returned(site: Site, api: Api) -> None:
    api("GET", "/images/random", status=404)
    new, old = site.add(1, timestamp=START), site.add(2, timestamp=START - timedelta(1))
    assert api.get(f"/images/{new.id}/neighbours").json == {"previous": None, "next": old.id}
    assert api.get("/images/random").json["id"] in {new.id, old.id}


CLOSED = {
    "who.view": "viewer",
    "who.upload": "editor",
    "who.edit": "editor",
    "who.contribute": "editor",
}


def test_api_token_scopes_are_enforced(tmp_path: Path) -> None:
    site = Site(tmp_path, **CLOSED)
    image = site.add()
    url = f"/images/{image.id}"
    asked = {
        "read": ("GET", url, None),
        "upload": ("POST", "/images", PHOTO),
        "edit": ("PATCH", url, {"title": "New"}),
    }
    for scope in asked:
        _, text = site.services.tokens.add(scope, [scope])
        for wanted, request in asked.items():
            refused = None if wanted == scope else 403
            Api(site.app, text)(*request, status=refused)  # type: ignore[arg-type]
    for request in asked.values():
        response = Api(site.app)(*request, status=401)  # type: ignore[arg-type]
        assert "API token" in response.json["detail"]
    response = Api(site.app, "hui_wrong")("GET", url, status=401)
    assert response.json["type"].endswith("#bad-token")
    site.close()


def test_api_without_permission_returns_401_not_a_redirect(tmp_path: Path) -> None:
    site = Site(tmp_path, **CLOSED)
    response = site.browser().get("/api/v1/images", status=401)
    assert response.content_type == "application/problem+json"
    site.close()


def test_api_request_with_cookie_needs_csrf_token(site: Site) -> None:
    browser = site.browser()
    form = browser.get("/upload/").forms["upload"]
    url = f"/api/v1/images/{site.add().id}/favorite"
    assert "X-CSRF-Token" in browser.put(url, status=400).json["detail"]
    browser.put(url, headers={"X-CSRF-Token": form["csrf_token"].value})


@pytest.mark.parametrize(
    "path",
    ["/images/ABC", "/nothing", "/images/random/x", "/tags/sea", f"/images/{UNKNOWN}/tags/x"],
)
def test_api_unknown_path_returns_404(site: Site, path: str) -> None:
    response = site.app.get(f"/api/v1{path}", status=404)
    assert response.content_type == "application/problem+json"
    site.app.get("/api/v2/images", status=404)


def test_api_wrong_method_returns_405(site: Site) -> None:
    response = site.app.put("/api/v1/images", status=405)
    assert response.headers["Allow"] == "GET, HEAD, POST"
    assert response.json["status"] == 405
    assert response.json["title"] == "Method Not Allowed"


def test_api_unavailable_storage_returns_503(site: Site, api: Api) -> None:
    image = site.add()
    site.close()
    for file in site.folder.glob("metadata.sqlite*"):
        file.unlink()
    site.settings.metadata_path.write_bytes(b"this is no database" * 1000)
    response = api("GET", f"/images/{image.id}", status=503)
    assert response.json["type"].endswith("#store-down")
    assert response.headers["Retry-After"] == "10"


def test_openapi_document_contains_url_of_the_site(site: Site) -> None:
    response = site.app.get("/api/v1/openapi.json")
    assert response.json["openapi"] == "3.1.0"
    assert response.json["servers"] == [{"url": "http://localhost/api/v1"}]
    assert "vga" in response.json["components"]["schemas"]["Size"]["anyOf"][1]["enum"]


def test_api_page_shows_every_operation_and_problem(site: Site) -> None:
    page = site.browser().get("/api/").follow()
    for operation in ("listImages", "addImage", "reviseImage", "listChanges"):
        assert page.html.find(id=operation)
    assert page.html.find(id="unknown-image")
    assert page.html.find(id="Item")
    assert "Set-Cookie" not in page.headers


def test_api_page_describes_request_bodies(site: Site) -> None:
    page = site.browser().get("/api/v1/").html
    assert page.find(id="rateImage").li.text == "application/json: {rating}"
    forms = [body.text for body in page.find(id="addImage").find_all("li")]
    assert "image/jpeg: bytes" in forms
    assert forms[-1].startswith("multipart/form-data: {title,")
    assert forms[-1].endswith(", image}")
    assert "list of {tag, spelling, count, own}" in page.find(id="Tags").text


def test_openapi_document_refers_to_existing_parts_only(site: Site) -> None:
    response = site.app.get("/api/v1/openapi.json")
    parts = response.json["components"]
    references = set(re.findall(r'"#/components/(\w+)/(\w+)"', response.text))
    assert len(references) > 20
    assert {(kind, name) for kind, name in references if name not in parts[kind]} == set()
