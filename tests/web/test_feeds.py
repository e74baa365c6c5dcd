"""Atom feeds and the sitemap: read as a feed reader and a search engine would."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from webtest import TestApp

from huimages_app.services.image_patch import ImagePatch
from huimages_app.web.presentation.xml import MEDIA
from huimages_app.web.views import sitemap
from tests.support.site import CLOSED, Site

START = datetime(2026, 1, 1, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOSTILE = "\"><script>alert('x')</script>&amp;]]>"


def parsed(app: TestApp, url: str, contenttype: str) -> ElementTree.Element:
    response = app.get(url)
    assert response.content_type == contenttype
    return ElementTree.fromstring(response.body)


def feed(site: Site, url: str) -> ElementTree.Element:
    return parsed(site.app, url, "application/atom+xml")


def titles(feed: ElementTree.Element) -> list[str | None]:
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]


def link(element: ElementTree.Element, relation: str) -> str:
    return element.find(f"{ATOM}link[@rel='{relation}']").attrib["href"]  # type: ignore[union-attr]


# -- feeds ----------------------------------------------------------------------------------


def test_feed_contains_newest_images(site: Site) -> None:
    for number in range(3):
        day = START + timedelta(days=number)
        image = site.add(number, 800, 600, title=f"Day {number}", timestamp=day, tags=["sea"])
    newest = feed(site, "/feed.atom")
    assert titles(newest) == ["Day 2", "Day 1", "Day 0"]
    assert link(newest, "self") == "http://localhost/feed.atom"
    assert link(newest, "alternate") == "http://localhost/image/"
    assert newest.findtext(f"{ATOM}updated") == newest.findtext(f"{ATOM}entry/{ATOM}updated")
    entry = newest.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"urn:sha1:{image.id[:32]}"
    assert entry.findtext(f"{ATOM}published") == "2026-01-03T00:00:00.000000Z"
    assert entry.find(f"{ATOM}category").attrib == {"term": "sea"}
    assert link(entry, "alternate") == f"http://localhost/image/{image.id}/"
    media = entry.find(f"{{{MEDIA}}}content").attrib
    assert (media["width"], media["height"], media["type"]) == ("800", "600", "image/jpeg")
    assert site.app.get(media["url"]).content_type == "image/jpeg"
    assert link(entry, "enclosure") == media["url"]
    assert f'src="{media["url"]}"' in entry.findtext(f"{ATOM}content")


def test_feed_of_tag_or_search_contains_matches(site: Site) -> None:
    site.add(1, title="Quay", tags=["sea"])
    site.add(2, title="Pier", tags=["a/b"])
    assert titles(feed(site, "/tag/sea/feed.atom")) == ["Quay"]
    assert titles(feed(site, "/feed.atom?tag=a/b")) == ["Pier"]
    assert titles(feed(site, "/feed.atom?q=pie")) == ["Pier"]


@pytest.mark.parametrize("page", ["/", "/image/", "/tag/sea/", "/tag/?name=a/b", "/search?q=quay"])
def test_collection_pages_link_to_their_feed(site: Site, browser: TestApp, page: str) -> None:
    site.add(1, title="Quay", tags=["sea", "a/b"])
    found = browser.get(page).html.select_one('link[type="application/atom+xml"]')
    assert titles(feed(site, found["href"])) == ["Quay"]


def test_favourites_page_links_to_no_feed(site: Site, browser: TestApp) -> None:
    for page in ("/favorites/", "/image/?order=rated"):
        assert browser.get(page).html.select_one('link[type="application/atom+xml"]') is None


def test_feed_links_to_next_page(site: Site) -> None:
    for number in range(61):
        site.add(number, 12, 8, title=str(number), timestamp=START - timedelta(days=number))
    first = feed(site, "/feed.atom")
    second = feed(site, link(first, "next"))
    assert titles(first) + titles(second) == [str(number) for number in range(61)]
    assert titles(feed(site, link(second, "previous"))) == titles(first)


def test_feed_without_images_is_valid(site: Site) -> None:
    empty = feed(site, "/feed.atom")
    assert titles(empty) == []
    assert empty.findtext(f"{ATOM}updated").startswith("1970")


def test_hostile_texts_are_escaped(site: Site) -> None:
    image = site.add(title=HOSTILE, tags=["<b>"])
    # As an old site may have it: control characters that XML can't hold.
    site.storage.metadata.images.update(
        image.id, lambda image: replace(image, titles=(HOSTILE + "\x01\uffff",), alt=HOSTILE)
    )
    found = feed(site, "/feed.atom")
    assert titles(found) == [HOSTILE + "\ufffd\ufffd"]
    assert "<script" not in found.findtext(f"{ATOM}entry/{ATOM}content")


def test_feed_with_matching_etag_returns_304(site: Site) -> None:
    image = site.add()
    for url in ("/feed.atom", "/sitemap.xml"):
        etag = site.app.get(url).headers["ETag"]
        site.app.get(url, headers={"If-None-Match": etag}, status=304)
    site.services.editing.update(image.id, ImagePatch(title="New"))
    site.app.get("/feed.atom", headers={"If-None-Match": etag}, status=200)


def test_feed_without_public_size_has_no_pictures(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"sizes.allowed": "300x300", "signed": "off"})
    image = site.add(title="Quay")
    assert titles(feed(site, "/feed.atom")) == ["Quay"]
    assert pages(site, "/sitemap.xml") == {image.id}
    site.close()


# -- the sitemap ----------------------------------------------------------------------------


def pages(site: Site, url: str) -> set[str]:
    """The IDs of the images whose pages are in a file of the sitemap."""
    urls = parsed(site.app, url, "application/xml").iter(f"{MAP}url")
    return {urlsplit(url.findtext(f"{MAP}loc")).path.split("/")[2] for url in urls}


def test_sitemap_contains_every_visible_image(site: Site) -> None:
    known = {site.add(number, 800, 600).id for number in range(3)}
    trashed = site.add(4)
    site.services.editing.trash(trashed.id)
    assert pages(site, "/sitemap.xml") == known
    urls = parsed(site.app, "/sitemap.xml", "application/xml")
    picture = urls.find(f"{MAP}url").find("*/{*}loc")
    assert site.app.get(picture.text).content_type == "image/jpeg"


def test_sitemap_of_many_images_is_an_index(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap.parts_for, "__defaults__", (2,))
    known = {site.add(number, 12, 8).id for number in range(5)}
    index = parsed(site.app, "/sitemap.xml", "application/xml")
    parts = [entry.findtext(f"{MAP}loc") for entry in index]
    assert len(parts) == 32
    found = [pages(site, part) for part in parts]
    assert set().union(*found) == known
    assert sum(map(len, found)) == len(known)


def test_sitemap_parts_follow_the_number_of_images() -> None:
    assert sitemap.parts_for(10_000) == []
    assert len(sitemap.parts_for(10_001)) == 32
    assert len(sitemap.parts_for(320_001)) == 1024
    assert sitemap.parts_for(10_001) == sorted(sitemap.parts_for(10_001))


def test_sitemap_of_unknown_part_returns_404(site: Site) -> None:
    for part in ("a", "ABC", "1", "/"):
        site.app.get(f"/sitemap.xml?part={part}", status=404)


def test_sitemap_of_closed_site_needs_permission(tmp_path: Path) -> None:
    site = Site(tmp_path, **CLOSED)
    for url in ("/sitemap.xml", "/feed.atom"):
        site.app.get(url, status=401)
    site.close()
