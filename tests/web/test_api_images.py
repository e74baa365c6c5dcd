"""`/api/v1/images`: fields, URLs, filters and pages of images."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from huimages_app.services.image_patch import ImagePatch
from tests.support.openapi import Api, ids
from tests.support.site import Site

UNKNOWN = "A" * 32 + "01"


START = datetime(2026, 1, 1, tzinfo=UTC)


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
    response = api("GET", f"/images/{image.id}?size=301x300", status=403)
    assert "huimages.sizes" in response.json["detail"]
    _, text = site.services.tokens.add("shop", ["read", "edit"])
    url = Api(site.app, text).get(f"/images/{image.id}?size=301x300").json["urls"]["301x300"]["url"]
    site.app.get(url)
    site.close()


def test_api_image_without_allowed_sizes_has_no_urls(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"sizes.allowed": "300x300", "signed": "off"})
    item = Api(site.app).get(f"/images/{site.add().id}").json
    assert (item["urls"], item["srcset"], item["html"]) == ({}, "", "")
    site.close()


def test_api_unknown_image_returns_404(site: Site, api: Api) -> None:
    problem = api("GET", f"/images/{UNKNOWN}", status=404).json
    assert problem["type"] == "http://localhost/api/v1/#unknown-image"
    assert UNKNOWN in problem["detail"]
    image = site.add()
    site.services.editing.trash(image.id)
    api("GET", f"/images/{image.id}", status=404)
    site.services.editing.remove(image.id)
    assert api("GET", f"/images/{image.id}", status=410).json["type"].endswith("#removed-image")


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
        ("artrn=1", "Unknown parameter 'artrn'; did you mean 'artnr'? known: q, tag, artnr"),
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
        ("&".join(["artnr=1"] * 101), "101 values of filters given; expected at most 100"),
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
