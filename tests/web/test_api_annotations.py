"""`/api/v1`: tags, ratings and favourites of visitors."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.openapi import Api
from tests.support.site import Site

UNKNOWN = "A" * 32 + "01"


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
    site.close()
