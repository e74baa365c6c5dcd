"""`/api/v1`: images for other programs, each request and answer held to the document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.services.image_patch import ImagePatch
from tests.support import pictures
from tests.support.openapi import Api
from tests.support.site import Site

UNKNOWN = "A" * 32 + "01"
START = datetime(2026, 1, 1, tzinfo=UTC)
PHOTO = pictures.photo(80, 60)


@pytest.fixture
def api(site: Site) -> Api:
    return Api(site.app)


def ids(answer: object) -> list[str]:
    return [item["id"] for item in answer.json["items"]]  # type: ignore[attr-defined]


# -- what an image is -----------------------------------------------------------------------


def test_api_image_has_all_documented_fields(site: Site, api: Api) -> None:
    image = site.add(
        width=800,
        height=600,
        title="Red bicycle",
        filename="bike.jpg",
        tags=["sea", "sand"],
        references={"artnr": ["10106"]},
        timestamp=START,
    )
    site.services.annotations.rate(image.id, "vera", 8)
    site.services.annotations.rate(image.id, "walt", 5)
    site.services.editing.update(image.id, ImagePatch(focus=(0.3, 0.7)))
    item = api.get(f"/images/{image.id}").json
    assert (item["title"], item["alt"], item["filename"]) == ("Red bicycle",) * 2 + ("bike.jpg",)
    assert (item["width"], item["height"], item["bytes"]) == (800, 600, image.length)
    assert item["references"] == {"artnr": ["10106"]}
    assert item["tags"] == ["sand", "sea"]
    assert item["rating"] == {"average": 6.5, "count": 2}
    assert item["created"] == "2026-01-01T00:00:00.000000Z"
    assert item["focus"] == [0.3, 0.7]
    assert item["page"] == f"http://localhost/image/{image.id}/"
    small, square = item["urls"]["small"], item["urls"]["square"]
    base = f"http://localhost/{{}}/{image.id}/Red-bicycle.jpeg"
    assert small == {"url": base.format("240x160"), "width": 213, "height": 160}
    assert square == {"url": base.format("75x75!30,70"), "width": 75, "height": 75}
    assert site.app.get(square["url"]).content_type == "image/jpeg"
    assert item["html"].startswith(f'<img src="{base.format("640x480")}" width="640" height="480"')
    assert "2x" not in api.get(f"/images/{image.id}?size=800x600").json["srcset"]


def test_api_image_has_urls_of_requested_sizes(site: Site, api: Api) -> None:
    image = site.add(width=60, height=40)
    item = api.get(f"/images/{image.id}?size=30x30&size=10x10!").json
    sizes = {size: (it["width"], it["height"]) for size, it in item["urls"].items()}
    assert sizes == {"30x30": (30, 20), "10x10!": (10, 10)}
    assert "/30x30/" in item["html"]
    assert "is no size" in api("GET", f"/images/{image.id}?size=x", status=400).json["detail"]
    many = "&".join(f"size={n}x" for n in range(1, 22))
    api("GET", f"/images/{image.id}?{many}", status=400)


def test_api_refuses_urls_of_sizes_that_the_site_limits(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"sizes.allowed": "300x300", "who.edit": "editor"})
    image = site.add()
    api = Api(site.app)
    urls = api.get(f"/images/{image.id}?size=300x300&size=vga").json["urls"]
    assert "?" not in urls["300x300"]["url"]
    assert "?s=" in urls["vga"]["url"]
    site.app.get(urls["vga"]["url"])
    answer = api("GET", f"/images/{image.id}?size=301x300", status=403)
    assert "huimages.sizes" in answer.json["detail"]
    _, text = site.services.tokens.add("shop", ["read", "edit"])
    url = Api(site.app, text).get(f"/images/{image.id}?size=301x300").json["urls"]["301x300"]["url"]
    site.app.get(url)
    site.services.close()


def test_api_image_without_allowed_sizes_has_no_urls(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"sizes.allowed": "300x300", "signed": "off"})
    item = Api(site.app).get(f"/images/{site.add().id}").json
    assert (item["urls"], item["srcset"], item["html"]) == ({}, "", "")
    site.services.close()


def test_api_unknown_image_returns_404(site: Site, api: Api) -> None:
    problem = api("GET", f"/images/{UNKNOWN}", status=404).json
    assert problem["type"] == "http://localhost/api/v1/#unknown-image"
    assert UNKNOWN in problem["detail"]
    image = site.add()
    site.services.editing.trash(image.id)
    api("GET", f"/images/{image.id}", status=404)
    site.services.editing.remove(image.id)
    assert api("GET", f"/images/{image.id}", status=410).json["type"].endswith("#removed-image")


# -- collections ----------------------------------------------------------------------------


def test_api_filters_select_matching_images(site: Site, api: Api) -> None:
    one = site.add(1, title="Red scooter", references={"artnr": ["1"], "path": ["a"]}, type="shop")
    two = site.add(2, tags=["sea"], references={"artnr": ["2"]}, timestamp=START)
    site.add(3, title="Blue scooter", references={"artnr": ["3"]})
    assert set(ids(api.get("/images?artnr=1&artnr=2"))) == {one.id, two.id}
    assert ids(api.get("/images?ref.path=a")) == [one.id]
    assert ids(api.get("/images?ref.path=a&artnr=1&ref.artnr=2")) == [one.id]
    assert ids(api.get("/images?ref.path=a&artnr=2")) == []
    assert ids(api.get("/images?tag=sea")) == [two.id]
    assert ids(api.get("/images?tag=Sea")) == [two.id]
    assert ids(api.get("/images?q=red+sco")) == [one.id]
    assert ids(api.get("/images?type=shop&artnr=1")) == [one.id]
    assert ids(api.get("/images?tag=sea&artnr=1")) == []
    assert len(ids(api.get(f"/images?changed_since={one.modified:%Y-%m-%dT%H:%M:%SZ}"))) == 3
    assert ids(api.get("/images?changed_since=2999-01-01T00:00:00Z")) == []
    assert ids(api.get("/images?order=oldest"))[0] == two.id
    site.services.annotations.rate(one.id, "vera", 9)
    assert ids(api.get("/images?order=rated")) == [one.id]


def test_api_pages_link_to_adjacent_pages(site: Site, api: Api) -> None:
    known = [site.add(n, 12, 8, timestamp=START - timedelta(days=n)).id for n in range(5)]
    first = api.get("/images?limit=2&size=square")
    assert first.json["prev"] is None
    assert first.headers["Link"] == f'<{first.json["next"]}>; rel="next"'
    second = api.get(first.json["next"])
    third = api.get(second.json["next"])
    assert ids(first) + ids(second) + ids(third) == known
    assert third.json["next"] is None
    assert ids(api.get(second.json["prev"])) == ids(first)
    assert list(second.json["items"][0]["urls"]) == ["square"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("artrn=1", "Unknown parameter 'artrn'; did you mean 'artnr'? known: artnr, tag"),
        ("limit=0", "from 1 to 200"),
        ("limit=%C2%B2", "from 1 to 200"),
        ("order=best", "newest or oldest or rated"),
        ("order=newest&order=oldest", "Parameter 'order' given 2 times; expected once"),
        ("changed_since=yesterday", "a time like"),
        ("changed_since=0001-01-01T00:00:00%2B01:00", "a time like"),
        ("cursor=nonsense", "damaged"),
        ("q=%ff", "not valid UTF-8"),
        (f"q={'x' * 501}", "too long"),
        (f"artnr={'x' * 201}", "too long"),
        ("&".join(["artnr=1"] * 101), "101 references given; expected at most 100"),
        ("ref.Path=1", "Unknown parameter 'ref.Path'"),
    ],
)
def test_api_invalid_query_returns_400(api: Api, query: str, sentence: str) -> None:
    assert sentence in api("GET", f"/images?{query}", status=400).json["detail"]


def test_api_matching_etag_returns_304(site: Site, api: Api) -> None:
    image = site.add()
    for path in (f"/images/{image.id}", "/images", "/tags", "/sizes", f"/images/{image.id}/tags"):
        etag = api.get(path).headers["ETag"]
        assert api.get(path, If_None_Match=etag).status_int == 304
    etag = api.get(f"/images/{image.id}").headers["ETag"]
    site.services.annotations.tag(image.id, "vera", ["new"])
    assert api.get(f"/images/{image.id}", If_None_Match=etag).status_int == 200


# -- changes --------------------------------------------------------------------------------


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
    answer = site.app.post(
        "/api/v1/images?artnr=8&type=shop",
        fields,
        upload_files=[("image", "c:\\a.jpg", PHOTO)],
        status=201,
    )
    assert answer.json["filename"] == "a.jpg"
    assert answer.json["references"] == {"artnr": ["7"], "path": ["harbour"]}
    assert answer.json["types"] == ["shop"]


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
    answer = site.app.post("/api/v1/images", fields, upload_files=files, status=400)
    assert sentence in answer.json["detail"]


def test_api_upload_rejects_other_files(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"upload.max_bytes": "1 k"})
    api = Api(site.app)
    assert "picture" in api("POST", "/images", b"no picture", status=415).json["detail"]
    api("POST", "/images", PHOTO, status=413)
    api("POST", "/images", b"text", contenttype="text/plain", status=415)
    site.services.close()


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
    api("PATCH", url, body, contenttype="application/json", status=400)  # type: ignore[arg-type]
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
    api("PATCH", url, b"title=x", contenttype="application/x-www-form-urlencoded", status=415)
    api("PATCH", url, b" " * 1_000_001, contenttype="application/json", status=413)


def test_api_patch_with_outdated_etag_returns_412(site: Site, api: Api) -> None:
    url = f"/images/{site.add().id}"
    read = api.get(f"{url}?size=square").headers["ETag"]
    headers = {"If-Match": read}
    api("PATCH", url, {"title": "First"}, headers=headers)
    problem = api("PATCH", url, {"title": "Second"}, headers=headers, status=412).json
    assert "read it again" in problem["detail"]
    api("DELETE", url, headers=headers, status=412)
    assert api.get(url).json["titles"] == ["First"]
    # As a web server writes it that compressed the answer.
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


# -- what visitors say ----------------------------------------------------------------------


@pytest.fixture
def shop(site: Site) -> Api:
    """The API with a token, and so with a visitor of its own."""
    _, text = site.services.tokens.add("shop", ["read", "upload", "edit"])
    return Api(site.app, text)


def test_api_tags_are_added_and_removed(site: Site, shop: Api) -> None:
    image = site.add(tags=["sea"], visitor_id="vera")
    url = f"/images/{image.id}/tags"
    shop("POST", url, {"tags": ["Sea", "sand"]})
    assert shop.get(url).json["items"] == [
        {"tag": "sea", "spelling": "Sea", "count": 2, "own": True},
        {"tag": "sand", "spelling": "sand", "count": 1, "own": True},
    ]
    assert shop.get(f"/images/{image.id}").json["tag_spellings"] == {"sea": "Sea"}
    left = shop("DELETE", f"{url}?tag=Sea&tag=sand").json["items"]
    assert left == [{"tag": "sea", "spelling": "sea", "count": 1, "own": False}]
    assert shop("DELETE", f"{url}?tag=sea&everyone=true").json["items"] == []
    shop("POST", url, {}, status=400)
    shop("POST", url, {"tags": ["x" * 65]}, status=400)
    assert "at most 50" in shop("POST", url, {"tags": ["x"] * 51}, status=400).json["detail"]
    shop("POST", url, {"tags": [f"x{n}" for n in range(50)]})
    shop("POST", url, {"tags": "x"}, status=400)
    shop("DELETE", url, status=400)


def test_api_ratings_are_set_and_removed(site: Site, shop: Api) -> None:
    image = site.add()
    url = f"/images/{image.id}/rating"
    site.services.annotations.rate(image.id, "vera", 4)
    assert shop("PUT", url, {"rating": 9}).json == {"average": 6.5, "count": 2, "own": 9}
    assert shop("DELETE", url).json == {"average": 4, "count": 1, "own": None}
    for wrong in (11, -1, 4.5, True, "4", None):
        shop("PUT", url, {"rating": wrong}, status=400)
    shop("PUT", url, {}, status=400)


def test_api_favorites_are_set_and_removed(site: Site, shop: Api) -> None:
    url = f"/images/{site.add().id}/favorite"
    assert shop("PUT", url).json == {"favorite": True, "count": 1}
    assert shop.get(url).json == {"favorite": True, "count": 1}
    assert shop("DELETE", url).json == {"favorite": False, "count": 0}


def test_api_annotation_with_outdated_etag_returns_412(site: Site, shop: Api) -> None:
    image = site.add()
    for what, method, body in (
        ("tags", "POST", {"tags": ["sea"]}),
        ("rating", "PUT", {"rating": 3}),
        ("favorite", "PUT", None),
    ):
        url = f"/images/{image.id}/{what}"
        headers = {"If-Match": shop.get(url).headers["ETag"]}
        shop(method, url, body, headers=headers)
        shop(method, url, body, headers=headers, status=412)


def test_api_annotation_of_unknown_image_returns_404(shop: Api) -> None:
    for what in ("tags", "rating", "favorite", "neighbours"):
        shop("GET", f"/images/{UNKNOWN}/{what}", status=404)
    shop("PUT", f"/images/{UNKNOWN}/rating", {"rating": 1}, status=404)


def test_api_removal_by_new_visitor_changes_nothing(site: Site, api: Api) -> None:
    url = f"/images/{site.add(tags=['sea']).id}/tags"
    assert len(api("DELETE", f"{url}?tag=sea").json["items"]) == 1


def test_api_tags_of_others_are_removed_by_editors_only(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"who.edit": "editor"})
    url = f"/images/{site.add(tags=['sea']).id}/tags"
    _, text = site.services.tokens.add("shop", ["read"])
    Api(site.app, text)("DELETE", f"{url}?tag=sea&everyone=true", status=403)
    Api(site.app)("DELETE", f"{url}?tag=sea&everyone=true", status=401)
    assert site.services.annotations.summary(url.split("/")[2]).tags == {"sea": 1}
    site.services.close()


# -- lists ----------------------------------------------------------------------------------


def test_api_tags_are_listed_by_prefix(site: Site, api: Api) -> None:
    site.add(1, tags=["sea", "seal"])
    site.add(2, tags=["sea", "town"])
    assert api.get("/tags").json["items"][0] == {"tag": "sea", "spelling": "sea", "count": 2}
    found = api.get("/tags?prefix=SE&limit=5").json["items"]
    assert [entry["tag"] for entry in found] == ["sea", "seal"]


def test_rendition_has_requested_size(tmp_path: Path) -> None:
    site = Site(tmp_path, sizes="hero = 1600x400!")
    answer = Api(site.app).get("/sizes").json
    expected = {"name": "hero", "size": "1600x400!", "width": 1600, "height": 400, "crop": True}
    assert expected in answer["items"]
    assert answer["any"] is True
    site.services.close()


def test_api_sizes_include_unnamed_sizes(tmp_path: Path) -> None:
    allowed = {"sizes.allowed": "vga 150x150! 640x480", "signed": "off"}
    site = Site(tmp_path, **allowed)
    api = Api(site.app)
    answer = api.get("/sizes").json
    assert [item["name"] for item in answer["items"]] == ["vga", "150x150!"]
    assert answer["any"] is False
    image = site.add()
    for item in answer["items"]:
        assert item["name"] in api.get(f"/images/{image.id}?size={item['name']}").json["urls"]
    site.services.close()


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


# -- who may --------------------------------------------------------------------------------

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
        answer = Api(site.app)(*request, status=401)  # type: ignore[arg-type]
        assert "API token" in answer.json["detail"]
    answer = Api(site.app, "hui_wrong")("GET", url, status=401)
    assert answer.json["type"].endswith("#bad-token")
    site.services.close()


def test_api_without_permission_returns_401_not_a_redirect(tmp_path: Path) -> None:
    site = Site(tmp_path, **CLOSED)
    answer = site.browser().get("/api/v1/images", status=401)
    assert answer.content_type == "application/problem+json"
    site.services.close()


def test_api_request_with_cookie_needs_csrf_token(site: Site) -> None:
    browser = site.browser()
    form = browser.get("/upload/").forms["upload"]
    url = f"/api/v1/images/{site.add().id}/favorite"
    assert "X-CSRF-Token" in browser.put(url, status=400).json["detail"]
    browser.put(url, headers={"X-CSRF-Token": form["csrf_token"].value})


# -- addresses and methods ------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/images/ABC", "/nothing", "/images/random/x", "/tags/sea", f"/images/{UNKNOWN}/tags/x"],
)
def test_api_unknown_path_returns_404(site: Site, path: str) -> None:
    answer = site.app.get(f"/api/v1{path}", status=404)
    assert answer.content_type == "application/problem+json"
    site.app.get("/api/v2/images", status=404)


def test_api_wrong_method_returns_405(site: Site) -> None:
    answer = site.app.put("/api/v1/images", status=405)
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    assert answer.json["status"] == 405
    assert answer.json["title"] == "Method Not Allowed"


def test_api_unavailable_storage_returns_503(site: Site, api: Api) -> None:
    image = site.add()
    site.services.close()
    for file in site.folder.glob("metadata.sqlite*"):
        file.unlink()
    site.settings.metadata_path.write_bytes(b"this is no database" * 1000)
    answer = api("GET", f"/images/{image.id}", status=503)
    assert answer.json["type"].endswith("#store-down")
    assert answer.headers["Retry-After"] == "10"


# -- the document ---------------------------------------------------------------------------


def test_openapi_document_contains_url_of_the_site(site: Site) -> None:
    answer = site.app.get("/api/v1/openapi.json")
    assert answer.json["openapi"] == "3.1.0"
    assert answer.json["servers"] == [{"url": "http://localhost/api/v1"}]
    assert "vga" in answer.json["components"]["schemas"]["Size"]["anyOf"][1]["enum"]


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
