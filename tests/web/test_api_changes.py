"""`/api/v1/images`: upload, change and removal of images."""

from __future__ import annotations

from pathlib import Path

import pytest

from huimages_app.domain.ids import image_id
from tests.support import pictures
from tests.support.openapi import Api
from tests.support.site import Site

PHOTO = pictures.photo(80, 60)


def test_api_upload_accepts_picture_as_body(api: Api) -> None:
    url = "/images?title=Quay&tags=sea,+sand&artnr=1&artnr=2&type=shop&filename=a.jpg"
    first = api("POST", f"{url}&created=2020-01-01T00:00:00%2B01:00", PHOTO, status=201)
    item = first.json
    assert first.headers["Location"] == f"http://localhost/api/v1/images/{image_id(PHOTO)}"
    assert (item["title"], item["tags"], item["types"]) == ("Quay", ["sand", "sea"], ["shop"])
    assert item["references"] == {"artnr": ["1", "2"]}
    assert item["created"] == "2019-12-31T23:00:00.000000Z"
    again = api("POST", "/images?title=Pier", PHOTO, status=200)
    assert again.json["titles"] == ["Quay", "Pier"]
    assert api.get(f"/images/{image_id(PHOTO)}").headers["ETag"] == again.headers["ETag"]


def test_api_upload_accepts_picture_in_form(site: Site) -> None:
    fields = {"title": "Quay", "ref.path": "harbour", "artnr": "7"}
    response = site.app.post(
        "/api/v1/images?artnr=8&type=shop",
        fields,
        upload_files=[("image", "c:\\a.jpg", PHOTO)],
        status=201,
    )
    assert response.json["filename"] == "a.jpg"
    assert response.json["references"] == {"artnr": ["7"], "path": ["harbour"]}
    assert response.json["types"] == ["shop"]


@pytest.mark.parametrize(
    ("fields", "files", "sentence"),
    [
        ({}, [("picture", "a.jpg", PHOTO)], "the file 'image'"),
        (
            {"titel": "x"},
            [("image", "a.jpg", PHOTO)],
            "Unknown parameter 'titel'; did you mean 'title'?",
        ),
        ({}, [("image", "a.jpg", PHOTO), ("title", "b.jpg", PHOTO)], "'title' is a file"),
    ],
)
def test_api_upload_rejects_invalid_form(
    site: Site, fields: dict[str, str], files: list[tuple[str, str, bytes]], sentence: str
) -> None:
    response = site.app.post("/api/v1/images", fields, upload_files=files, status=400)
    assert sentence in response.json["detail"]


def test_api_upload_rejects_other_files(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"upload.max_bytes": "1 k"})
    api = Api(site.app)
    assert "picture" in api("POST", "/images", b"no picture", status=415).json["detail"]
    api("POST", "/images", PHOTO, status=413)
    api("POST", "/images", b"text", headers={"Content-Type": "text/plain"}, status=415)
    site.close()


WHEN = "2020-01-01T00:00:00Z"


def test_api_patch_changes_named_fields_only(site: Site, api: Api) -> None:
    image = site.add(title="Old", references={"artnr": ["1"], "path": ["a"]}, type="shop")
    item = api(
        "PATCH",
        f"/images/{image.id}",
        {
            "title": "New",
            "alt": "A quay at night",
            "references": {"artnr": ["2", "3"], "path": None},
            "types": ["web"],
            "focus": [0.25, 1],
            "created": "2020-01-01T00:00:00Z",
        },
    ).json
    assert item["titles"] == ["Old", "New"]
    assert (item["alt"], item["alt_own"]) == ("A quay at night",) * 2
    assert item["references"] == {"artnr": ["2", "3"]}
    assert (item["types"], item["focus"]) == (["web"], [0.25, 1])
    assert item["created"] == "2020-01-01T00:00:00.000000Z"
    cleared = api("PATCH", f"/images/{image.id}", {"alt": None, "focus": None, "types": []}).json
    assert (cleared["alt_own"], cleared["focus"], cleared["types"]) == (None, None, [])
    assert cleared["titles"] == item["titles"]
    api("PATCH", f"/images/{image.id}", {"alt": "Again"})
    assert api("PATCH", f"/images/{image.id}", {"alt": ""}).json["alt_own"] is None


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"title": NaN}',
        b'{"title": "\\ud800"}',
        b"\xff",
        b"[" * 100_000,
        {"title": " "},
        {"title": None},
        {"title": "x" * 501},
        {"titel": "x"},
        {"focus": [0.5]},
        {"focus": [0.5, 1.5]},
        {"focus": [True, 0]},
        {"references": []},
        {"references": {"Art": ["1"]}},
        {"references": {"Art": None}},
        {"references": {"artnr": "1"}},
        {"types": ["x"] * 21},
        {"created": "yesterday"},
        {"created": 7},
        {"taken": "yesterday"},
        {"rights": []},
        {"rights": {"owner": "x"}},
        {"rights": {"creator": 7}},
        {"rights": {"statement": "example.com"}},
    ],
)
def test_api_patch_rejects_invalid_fields(site: Site, api: Api, body: object) -> None:
    image = site.add()
    url = f"/images/{image.id}"
    api("PATCH", url, body, headers={"Content-Type": "application/json"}, status=400)  # type: ignore[arg-type]
    assert site.services.images.get(image.id) == image


def test_api_patch_changes_single_rights(site: Site, api: Api) -> None:
    url = f"/images/{site.add().id}"
    item = api("PATCH", url, {"rights": {"creator": "Ada", "terms": "x"}, "taken": WHEN}).json
    assert (item["rights"]["creator"], item["rights"]["credit"]) == ("Ada", None)
    assert item["taken"] == "2020-01-01T00:00:00.000000Z"
    item = api("PATCH", url, {"rights": {"creator": None}, "taken": None}).json
    assert (item["rights"]["creator"], item["rights"]["terms"]) == (None, "x")
    assert item["taken"] is None
    item = api("PATCH", url, {"rights": None}).json
    assert set(item["rights"].values()) == {None}


def test_api_patch_rejects_other_types_and_long_bodies(site: Site, api: Api) -> None:
    url = f"/images/{site.add().id}"
    api(
        "PATCH",
        url,
        b"title=x",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        status=415,
    )
    api("PATCH", url, b" " * 1_000_001, headers={"Content-Type": "application/json"}, status=413)


def test_api_patch_with_outdated_etag_returns_412(site: Site, api: Api) -> None:
    url = f"/images/{site.add().id}"
    read = api.get(f"{url}?size=square").headers["ETag"]
    headers = {"If-Match": read}
    api("PATCH", url, {"title": "First"}, headers=headers)
    problem = api("PATCH", url, {"title": "Second"}, headers=headers, status=412).json
    assert "read it again" in problem["detail"]
    api("DELETE", url, headers=headers, status=412)
    assert api.get(url).json["titles"] == ["First"]
    # The form that a web server gives it when it compresses the response.
    weak = "W/" + api.get(url).headers["ETag"]
    api("PATCH", url, {"title": "Third"}, headers={"If-Match": f'"other", {weak}'})
    api("PATCH", url, {"title": "Fourth"}, headers={"If-Match": "*"})
    api("DELETE", url, headers={"If-Match": api.get(url).headers["ETag"]})
    api("GET", url, status=404)


def test_api_delete_moves_image_to_trash(site: Site, api: Api) -> None:
    image = site.add()
    assert api("DELETE", f"/images/{image.id}").status_int == 204
    assert api("DELETE", f"/images/{image.id}").status_int == 204  # idempotent
    assert site.services.images.get_any(image.id).trashed
