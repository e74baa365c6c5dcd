"""Data that pages contain for their scripts."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp

from huimages_app.domain.ids import image_id
from huimages_app.web.views.viewer_items import REACH
from tests.support import pictures
from tests.support.site import Site

START = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


def words(browser: TestApp) -> dict[str, Any]:
    return json.loads(browser.get("/").html.select_one("#messages").string)


def test_script_messages_are_translated(site: Site) -> None:
    assert words(site.browser())["uploaded"] == "uploaded"
    german = words(site.browser("de"))
    assert german["uploaded"] == "hochgeladen"
    assert german["selected"] == {
        "one": "${count} Bild ausgewählt",
        "other": "${count} Bilder ausgewählt",
    }


def test_script_messages_match_their_use(browser: TestApp) -> None:
    scripts = "".join(path.read_text("utf-8") for path in (ROOT / "static/js").glob("*.js"))
    used = set(re.findall(r'\bmessage\(\s*"([\w-]+)"', scripts))
    used |= set(re.findall(r'picture\.new \? "(\w+)" : "(\w+)"', scripts)[0])
    used |= set(re.findall(r'state === "sending" \? "(\w+)" : "(\w+)"', scripts)[0])
    used |= {
        f"done-{action}" for action in ("tag", "untag", "uncollect", "trash", "restore", "remove")
    }
    assert used == set(words(browser))


def test_script_errors_are_translated(site: Site) -> None:
    headers = {"Accept": "application/json"}
    response = site.browser("de").get("/nowhere/", headers=headers, status=404)
    assert response.content_type == "application/problem+json"
    assert response.json["detail"] == "Unter dieser URL gibt es nichts."


def test_viewer_items_are_those_of_the_collection(site: Site, browser: TestApp) -> None:
    images = [
        site.add(day, title=f"Day {day}", tags=["sea"], timestamp=START + timedelta(days=day))
        for day in range(REACH + 3)
    ]
    site.add(99, timestamp=START)  # without the tag
    response = browser.get(f"/image/{images[1].id}/around?in=tag:sea").json
    titles = [item["title"] for item in response["items"]]
    assert titles == [f"Day {day}" for day in range(REACH + 1, -1, -1)]
    assert titles[response["index"]] == "Day 1"
    item = response["items"][0]
    assert item["href"] == f"/image/{images[REACH + 1].id}/?in=tag%3Asea"
    assert (item["width"], item["height"]) == (60, 40)
    for url in (item["src"], item["thumb"], item["srcset"].split()[0]):
        assert browser.get(url).content_type.startswith("image/")


def test_viewer_items_outside_collection_are_one_image(site: Site, browser: TestApp) -> None:
    image, _other = site.add(1), site.add(2)
    response = browser.get(f"/image/{image.id}/around?in=tag:none").json
    assert [len(response["items"]), response["index"]] == [1, 0]


def test_viewer_items_name_the_favourites_of_the_visitor(site: Site) -> None:
    images = [site.add(day, timestamp=START + timedelta(days=day)) for day in range(3)]
    vera, paul = site.browser(), site.browser()
    vera.post(f"/image/{images[1].id}/favorite", {"rating": "1"})
    path = f"/image/{images[2].id}/around"
    assert [item["favorite"] for item in vera.get(path).json["items"]] == [False, True, False]
    assert [item["favorite"] for item in paul.get(path).json["items"]] == [False] * 3


def test_viewer_items_have_the_ratings_of_the_visitor(site: Site) -> None:
    images = [site.add(day, timestamp=START + timedelta(days=day)) for day in range(3)]
    vera, paul = site.browser(), site.browser()
    vera.post(f"/image/{images[1].id}/rate", {"rating": "7"})
    paul.post(f"/image/{images[0].id}/rate", {"rating": "0"})
    path = f"/image/{images[2].id}/around"
    assert [item["rating"] for item in vera.get(path).json["items"]] == [None, 7, None]
    assert [item["rating"] for item in paul.get(path).json["items"]] == [None, None, 0]


def test_viewer_items_have_no_annotations_for_clients_without_permission(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"who.contribute": "editor"})
    image = site.add(1)
    [item] = site.app.get(f"/image/{image.id}/around").json["items"]
    assert (item["favorite"], item["rating"]) == (None, None)
    site.close()


def test_place_of_an_image_is_its_number_in_the_list(site: Site, browser: TestApp) -> None:
    images = [
        site.add(day, tags=["sea"][: day % 2], timestamp=START + timedelta(days=day))
        for day in range(5)
    ]
    path = f"/image/{images[1].id}/place"
    assert browser.get(path).json == {"number": 4, "count": "5"}
    assert browser.get(f"{path}?in=oldest").json == {"number": 2, "count": "5"}
    assert browser.get(f"{path}?in=tag:sea").json == {"number": 2, "count": "2"}
    assert browser.get(f"{path}?in=tag:none").json == {"number": None, "count": None}
    assert browser.get(f"{path}?in=favorites").json == {"number": None, "count": None}


def test_place_after_the_first_1000_images_is_not_counted(
    site: Site, browser: TestApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [
        site.add(day, title="Quay", timestamp=START - timedelta(days=day)) for day in range(3)
    ]
    search = site.storage.metadata.search
    before, count = search.count_before, search.count_of
    monkeypatch.setattr(search, "count_before", lambda query, one, most: before(query, one, 1))
    monkeypatch.setattr(search, "count_of", lambda query, most: count(query, 2))
    path = "/image/{}/place?in=search:quay"
    assert browser.get(path.format(images[1].id)).json == {"number": 2, "count": "2+"}
    assert browser.get(path.format(images[2].id)).json == {"number": None, "count": None}


def test_known_returns_stored_image(site: Site, browser: TestApp) -> None:
    image = site.add(1, title="Quay")
    [found] = browser.get(f"/upload/known?id={image.id}").json["files"]
    assert (found["title"], found["url"], found["new"]) == ("Quay", f"/image/{image.id}/", False)
    unknown = image_id(pictures.photo(60, 40, seed=2))
    assert browser.get(f"/upload/known?id={unknown}").json == {"files": []}
    site.services.editing.trash(image.id)
    assert browser.get(f"/upload/known?id={image.id}").json == {"files": []}
    browser.get("/upload/known?id=nonsense", status=400)


def test_known_adds_fields_to_stored_image(site: Site) -> None:
    image = site.add(1, title="Quay", references={"artnr": ["1"]})
    fields = {"id": image.id, "filename": "x.jpg", "title": "Dusk", "tags": "sea", "artnr": "2"}
    [found] = site.app.post("/upload/known", fields).json["files"]
    assert found["title"] == "Dusk"
    changed = site.services.images.get(image.id)
    assert changed.titles == ("Quay", "Dusk")
    assert changed.references == {"artnr": ("1", "2")}
    assert set(site.services.annotations.summary(image.id).tags) == {"sea"}
    site.app.reset()  # the cookie of the visitor who tagged
    nothing = site.app.post("/upload/known", {"id": image.id})
    assert nothing.json["files"][0]["title"] == "Dusk"


def test_known_of_unknown_image_changes_nothing(site: Site) -> None:
    unknown = image_id(pictures.photo(60, 40, seed=2))
    assert site.app.post("/upload/known", {"id": unknown, "tags": "a"}).json == {"files": []}


@pytest.mark.parametrize(
    ("right", "role", "path"),
    [
        ("upload", "editor", f"/upload/known?id={'A' * 32}01"),
        ("view", "viewer", f"/image/{'A' * 32}01/around"),
        ("view", "viewer", f"/image/{'A' * 32}01/place"),
    ],
)
def test_known_needs_upload_permission(tmp_path: Path, right: str, role: str, path: str) -> None:
    site = Site(tmp_path, **{f"who.{right}": role})
    assert site.app.get(path, status="4*").status_int in {401, 403}
    site.close()
