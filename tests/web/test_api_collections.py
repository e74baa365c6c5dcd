"""`/api/v1/collections`."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from huimages_app.domain.models import Image
from tests.support.site import Site

MISSING = "A" * 32 + "01"


@pytest.fixture
def images(site: Site) -> list[Image]:
    return [site.add(seed, title=f"view {seed}") for seed in range(4)]


@pytest.fixture
def sea(site: Site, images: Sequence[Image]) -> str:
    """Return the path of a collection of the first three images."""
    body = {"title": "The sea", "description": "Waves"}
    made = site.app.post_json("/api/v1/collections", body, status=201)
    path = str(made.headers["Location"]).removeprefix("http://localhost")
    assert path == f"/api/v1/collections/{made.json['id']}"
    ids = [image.id for image in images[:3]]
    changed = site.app.post_json(f"{path}/images", {"add": ids})
    assert changed.json == {"added": ids, "removed": []}
    return path


def order(site: Site, path: str) -> list[str]:
    found, url = [], f"{path}?limit=2"
    while url:
        page = site.app.get(url).json
        found += [image["id"] for image in page["images"]]
        url = page["next"] and page["next"].removeprefix("http://localhost")
    return found


def test_collection_has_its_images_with_urls(site: Site, sea: str, images: Sequence[Image]) -> None:
    data = site.app.get(f"{sea}?size=75x75!").json
    assert (data["title"], data["description"], data["count"]) == ("The sea", "Waves", 3)
    assert data["page"] == f"http://localhost/collection/{data['id']}/"
    assert [image["id"] for image in data["images"]] == [image.id for image in images[:3]]
    assert data["images"][0]["urls"]["75x75!"]["width"] == 40
    assert data["cover"]["id"] == images[0].id
    assert order(site, sea) == [image.id for image in images[:3]]
    assert site.app.get(f"/api/v1/images/{images[0].id}").json["collections"] == [data["id"]]


def test_list_has_collections_by_title(site: Site, sea: str) -> None:
    site.app.post_json("/api/v1/collections", {"title": "Bikes"})
    page = site.app.get("/api/v1/collections?limit=1").json
    assert [(item["title"], item["count"]) for item in page["items"]] == [("Bikes", 0)]
    assert page["items"][0]["cover"] is None
    page = site.app.get(page["next"].removeprefix("http://localhost")).json
    assert [item["title"] for item in page["items"]] == ["The sea"]
    assert page["next"] is None
    assert len(site.app.get("/api/v1/collections?q=SEA").json["items"]) == 1
    site.app.get("/api/v1/collections?cursor=x", status=400)


def test_patch_changes_title_text_and_cover(site: Site, sea: str, images: Sequence[Image]) -> None:
    etag = site.app.get(sea).headers["ETag"]
    body = {"title": "Ocean", "description": None, "cover": images[2].id}
    changed = site.app.patch_json(sea, body, headers={"If-Match": etag}).json
    assert (changed["title"], changed["description"]) == ("Ocean", None)
    assert changed["cover"]["id"] == images[2].id
    site.app.patch_json(sea, {"title": "Sea"}, headers={"If-Match": etag}, status=412)
    site.app.patch_json(sea, {"cover": images[3].id}, status=400)
    site.app.patch_json(sea, {"title": ""}, status=400)
    assert site.app.patch_json(sea, {"cover": None}).json["cover"]["id"] == images[0].id


def test_images_are_moved_and_taken_out(site: Site, sea: str, images: Sequence[Image]) -> None:
    a, b, c, d = (image.id for image in images)
    site.app.put_json(f"{sea}/place", {"id": c, "before": a})
    site.app.put_json(f"{sea}/place", {"id": a, "after": b, "before": None})
    assert order(site, sea) == [c, b, a]
    site.app.put_json(f"{sea}/place", {"id": c})
    changed = site.app.post_json(f"{sea}/images", {"remove": [b, d, MISSING], "add": [d, c]})
    assert changed.json == {"added": [d], "removed": [b]}
    assert order(site, sea) == [a, c, d]


def test_impossible_moves_are_refused(site: Site, sea: str, images: Sequence[Image]) -> None:
    a, b, _, d = (image.id for image in images)
    for body, status in (
        ({}, 400),
        ({"id": "x"}, 400),
        ({"id": d}, 400),
        ({"id": a, "before": b, "after": b}, 400),
        ({"id": a, "before": d}, 412),
    ):
        site.app.put_json(f"{sea}/place", body, status=status)


def test_removed_collection_returns_404(site: Site, sea: str, images: Sequence[Image]) -> None:
    site.app.delete(sea, status=204)
    problem = site.app.get(sea, status=404).json
    assert problem["type"].endswith("#unknown-collection")
    site.app.get(f"/api/v1/images/{images[0].id}", status=200)


def test_more_than_the_limit_of_images_is_refused(site: Site, sea: str) -> None:
    site.app.post_json(f"{sea}/images", {"add": [MISSING] * 501}, status=400)
