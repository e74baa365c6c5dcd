"""The number of entries of lists that are not lists of pictures, on pages and in the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from webtest import TestApp

from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Image
from huimages_app.domain.rights import Rights
from huimages_app.domain.shares import DEFAULT_SIZE, ShareTerms, Target
from huimages_app.services.image_edit import ImageEdit
from huimages_app.services.jobs.bulk_edit import NAME, order_of
from tests.support.openapi import Api
from tests.support.site import Site

PER_PAGE = 60


def total(browser: TestApp, path: str) -> str | None:
    """Return the number in the heading of a page; None if there is none."""
    found = browser.get(path).html.select_one(".heading .count")
    return found.text if found else None


def put(site: Site, number: int, change: Callable[[Image, int], Image]) -> None:
    """Store records without originals."""
    image = site.add(0)
    for n in range(number):
        new = change(replace(image, id=image_id(b"%d" % n)), n)
        site.storage.metadata.images.save(new.id, lambda _, new=new: new)


def numbered(image: Image, number: int) -> Image:
    return replace(image, references={"artnr": (f"{number:03}",)})


def alike(image: Image, number: int) -> Image:
    return replace(image, alike=(image_id(b"%d" % (number ^ 1)),))


def test_trash_has_its_number_of_pictures(site: Site, browser: TestApp) -> None:
    assert total(browser, "/trash/") is None
    put(site, 70, lambda image, _: replace(image, trashed=image.created))
    assert total(browser, "/trash/") == "70 pictures"
    [more] = browser.get("/trash/").html.select("a[rel=next]")
    assert total(browser, more["href"]) is None


def test_articles_have_their_number_and_that_of_a_beginning(site: Site, browser: TestApp) -> None:
    assert total(browser, "/article/") is None
    put(site, 70, numbered)
    assert total(browser, "/article/") == "70 articles"
    assert total(browser, "/article/?q=01") == "10 articles"
    assert total(browser, "/article/?q=07") is None


def test_duplicates_have_the_number_of_pictures(site: Site, browser: TestApp) -> None:
    assert total(browser, "/duplicates/") is None
    put(site, 40, alike)
    assert total(browser, "/duplicates/") == "40 pictures"


def test_rights_that_end_have_their_number(site: Site, browser: TestApp) -> None:
    assert total(browser, "/ending/") is None
    soon = Rights(until=(site.services.showing.today + timedelta(days=20)).isoformat())
    put(site, 70, lambda image, _: replace(image, rights=soon))
    assert total(browser, "/ending/") == "70 pictures"
    assert total(browser, "/ending/?days=7") is None


def test_collections_have_their_number_and_that_of_a_search(site: Site, browser: TestApp) -> None:
    assert total(browser, "/collection/") is None
    for number in range(70):
        site.services.collections.add(f"Tour {number:02}")
    assert total(browser, "/collection/") == "70 collections"
    assert total(browser, "/collection/?q=tour+0") == "10 collections"


def test_share_links_and_jobs_have_their_number(site: Site, browser: TestApp) -> None:
    assert total(browser, "/share/") is None
    assert total(browser, "/job/") is None
    image = site.add(1)
    site.services.shares.add(
        Target.parse("image", image.id, "artnr"), ShareTerms("Quay", None, (DEFAULT_SIZE,)), "vera"
    )
    order = order_of(ImageEdit.parse({"title": {"set": ["Quay"]}}), "visitor")
    site.services.jobs.create(NAME, order, [{"id": image.id}])
    assert total(browser, "/share/") == "1 link"
    assert total(browser, "/job/") == "1 job"


@pytest.mark.parametrize(
    ("path", "change", "count"),
    [
        ("/articles?prefix=0&limit=1", numbered, 5),
        ("/duplicates?limit=1", alike, 5),
        ("/images/ending?ended=false&limit=1", lambda image, _: image, 0),
    ],
)
def test_api_counts_a_list_when_asked(
    site: Site, api: Api, path: str, change: Callable[[Image, int], Image], count: int
) -> None:
    put(site, 5, change)
    assert "count" not in api.get(path).json
    page = api.get(f"{path}&count=true").json
    assert (page["count"], page["count_is_exact"]) == (count, True)


def test_api_counts_tags(site: Site, api: Api) -> None:
    site.add(1, tags=["sea", "Sand", "seal"])
    page = api.get("/tags?prefix=se&limit=1&count=true").json
    assert (page["count"], page["count_is_exact"], len(page["items"])) == (2, True, 1)
    assert "count" not in api.get("/tags").json


def test_api_counts_collections(site: Site, api: Api) -> None:
    for title in ("Sea", "Sea and sand", "Hills"):
        site.services.collections.add(title)
    page = api.get("/collections?q=sea&limit=1&count=true").json
    assert (page["count"], page["count_is_exact"], len(page["items"])) == (2, True, 1)
