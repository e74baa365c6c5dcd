"""URLs that scripts of huImages 2.2 used, and those of the present scripts."""

from __future__ import annotations

import pytest

from huimages_app.domain.models import Image
from tests.support import pictures
from tests.support.site import Site

JSON = {"Accept": "application/json"}


@pytest.fixture
def image(site: Site) -> Image:
    return site.add(title="Quay", tags=["sea", "seal"], visitor_id="otto")


def csrf(site: Site) -> dict[str, str]:
    """The header that a script with a cookie sends along."""
    form = site.app.get("/upload/").forms["upload"]
    return {"X-CSRF-Token": form["csrf_token"].value}


def test_rating_returns_the_average(site: Site, image: Image) -> None:
    site.services.annotations.rate(image.id, "otto", 8)
    path = f"/image/{image.id}/rate/"
    assert site.app.post(path, {"rating": "7"}).text == "7.5"
    response = site.app.post(path, {"rating": "4"}, headers={**JSON, **csrf(site)})
    assert response.json == {"average": 6, "count": 2, "own": 4}
    response = site.app.post(path, {"rating": ""}, headers=csrf(site))
    assert response.text == "8"
    site.services.annotations.rate(image.id, "otto", None)
    assert site.app.post(path, {"rating": ""}, headers=csrf(site)).text == ""


@pytest.mark.parametrize("rating", ["11", "-1", "x", "1.5", "1e3"])
def test_invalid_rating_returns_400(site: Site, image: Image, rating: str) -> None:
    response = site.app.post(f"/image/{image.id}/rate/", {"rating": rating}, status=400)
    assert response.content_type == "text/plain"
    site.app.post(f"/image/{image.id}/rate/", {}, status=400)


def test_favorite_returns_ok(site: Site, image: Image) -> None:
    path = f"/image/{image.id}/favorite/"
    assert site.app.post(path, {"rating": "1"}).text == "ok"
    response = site.app.post(path, {"rating": "0"}, headers={**JSON, **csrf(site)})
    assert response.json == {"favorite": False}
    site.app.post(path, {"rating": "2"}, headers=csrf(site), status=400)


def test_tagging_returns_the_added_tags(site: Site, image: Image) -> None:
    path = f"/image/{image.id}/tag/"
    assert site.app.post(path, {"newtag": "Dusk, Köln dusk"}).json == ["dusk", "köln"]
    response = site.app.post(path, {"newtag": "x"}, headers={**JSON, **csrf(site)})
    assert response.json == ["x"]
    site.app.post(path, {"newtag": " ,"}, headers=csrf(site), status=400)


def test_suggestions_list_most_used_tags_first(site: Site, image: Image) -> None:
    site.add(1, tags=["seal"])
    assert site.app.get(f"/image/{image.id}/tag_suggestion/?tag=SE").json == ["seal", "sea"]
    assert site.app.get("/tag/suggestions?tag=sea").json == ["seal", "sea"]
    assert site.app.get("/tag/suggestions?tag=").json == []


def test_title_change_returns_the_stored_title(site: Site, image: Image) -> None:
    path = f"/image/{image.id}/"
    assert site.app.post(path + "update_title/", {"value": "  A  quay "}).text == "A quay"
    response = site.app.post(path + "update_title/", {"value": "B"}, headers=JSON)
    assert response.json == {"title": "B"}
    assert site.app.post(path + "update_alt", {"value": "C"}, headers=JSON).json == {"alt": "C"}
    site.app.post(path + "update_title/", {"value": " "}, status=400)


def test_changes_return_json_to_scripts(site: Site, image: Image) -> None:
    path = f"/image/{image.id}/"
    response = site.app.post(path + "focus", {"x": "30", "y": "70"}, headers=JSON)
    assert response.json == {"focus": [0.3, 0.7]}
    assert site.app.post(path + "focus", {"clear": "1"}, headers=JSON).json == {"focus": None}
    fields = {"artnr": "1 2", "others": ""}
    response = site.app.post(path + "references", fields, headers=JSON)
    assert response.json == {"references": {"artnr": ["1", "2"]}}
    assert site.app.post(path + "untag", {"tag": "sea"}, headers=JSON).json == {"removed": "sea"}
    assert site.services.annotations.summary(image.id).tags == {"seal": 1}
    assert site.app.post(path + "trash", headers=JSON).json == {"trashed": image.id}
    site.app.post(path + "trash", headers=JSON)
    site.app.post(path + "rate/", {"rating": "1"}, status=404)


def test_untag_removes_own_tags_only(tmp_path_factory: pytest.TempPathFactory) -> None:
    site = Site(tmp_path_factory.mktemp("tags"), **{"who.edit": "editor"})
    image = site.add(tags=["sea"], visitor_id="otto")
    path = f"/image/{image.id}/"
    site.app.post(path + "untag", {"tag": "sea"})
    site.app.post(path + "tag/", {"newtag": "sea sand"})
    site.app.post(path + "untag", {"tag": "sea"}, headers=csrf(site))
    assert site.services.annotations.summary(image.id).tags == {"sea": 1, "sand": 1}
    site.close()


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil", "/a b"])
def test_form_redirects_to_this_site_only(site: Site, image: Image, back: str) -> None:
    fields = {"rating": "1", "back": back}
    response = site.app.post(f"/image/{image.id}/favorite/", fields, status=303)
    assert response.location == "http://localhost/"


def test_upload_api_returns_the_id(site: Site) -> None:
    files = [("uploadfile", "a.jpg", pictures.photo(60, 40))]
    image_id = site.app.post("/upload/api/?title=T&tags=a+b&artnr=1", upload_files=files).text
    image = site.services.images.get(image_id)
    assert (image.title, image.references) == ("T", {"artnr": ("1",)})
    response = site.app.post("/upload/api/", upload_files=files, headers={**JSON, **csrf(site)})
    assert response.json["id"] == image_id
    assert response.json["new"] is False
