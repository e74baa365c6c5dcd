"""The page of all tags: covers, letters, the cloud, and the filter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from webtest import TestApp

from tests.support.site import Site

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_tags_are_shown_with_covers_most_used_first(site: Site, browser: TestApp) -> None:
    newest = [
        site.add(seed, tags=tags, timestamp=START + timedelta(days=seed))
        for seed, tags in enumerate((["sea"], ["sea", "hill"], ["a/b"]))
    ][1]
    links = browser.get("/tag/").html.select(".tiles a")
    assert [link.strong.text for link in links] == ["sea", "a/b", "hill"]
    cover = browser.get(links[0].img["src"], status=302)
    assert f"/{newest.id}/" in cover.location
    assert cover.headers["Cache-Control"] == "private, max-age=600"


def test_letters_have_accented_tags_beside_plain_ones(site: Site, browser: TestApp) -> None:
    site.add(1, tags=["zebra", "äpfel", "anker", "2026", "Öl", "ort"])
    page = browser.get("/tag/?view=letters").html
    letters = {
        section.h2.text: [link.text.lower() for link in section.select("a")]
        for section in page.select(".letter")
    }
    assert list(letters) == ["#", "A", "O", "Z"]
    assert letters["A"] == ["anker", "äpfel"]
    assert letters["O"] == ["öl", "ort"]
    assert page.select_one(".letters a")["href"] == "#letter-#"


def test_filter_applies_to_every_view(site: Site, browser: TestApp) -> None:
    site.add(1, tags=["sea", "seal", "hill"])
    for view in ("", "letters", "cloud"):
        page = browser.get(f"/tag/?q=SEA&view={view}").html
        found = page.select(".tiles a strong, .letter a, .cloud a")
        assert sorted(link.text.partition(",")[0] for link in found) == ["sea", "seal"]
    assert "No tag begins like this." in browser.get("/tag/?q=x")


@pytest.mark.parametrize("tag", ["a/b", "a\\b", "..", "suggestions", "c++&d?e#f"])
def test_tag_that_cannot_be_part_of_a_path_has_a_cover(
    site: Site, browser: TestApp, tag: str
) -> None:
    image = site.add(1, tags=[tag])
    [cover] = [img["src"] for img in browser.get("/tag/").html.select(".tiles img")]
    assert f"/{image.id}/" in browser.get(cover, status=302).location


@pytest.mark.parametrize("path", ["/tag/nothing/cover", "/tag-cover?tag=no%2Fthing", "/tag-cover"])
def test_cover_of_a_tag_without_images_has_no_content(
    site: Site, browser: TestApp, path: str
) -> None:
    site.add(1)
    assert browser.get(path, status=204).body == b""


def test_every_view_has_the_number_of_tags(site: Site, browser: TestApp) -> None:
    assert browser.get("/tag/").html.select_one(".count") is None
    site.add(1, tags=["sea", "seal", "hill"])
    for view in ("", "letters", "cloud"):
        assert browser.get(f"/tag/?view={view}").html.select_one(".count").text == "3 tags"
    assert browser.get("/tag/?q=sea").html.select_one(".count").text == "2 tags"


def test_number_of_tags_is_exact_up_to_1000(site: Site, browser: TestApp) -> None:
    image_id = site.add(1).id
    for visitor in range(21):
        site.services.annotations.tag(image_id, str(visitor), [f"{visitor}x{n}" for n in range(48)])
    count = browser.get("/tag/").html.select_one(".count")
    assert count.text == "more than 1,000 tags"
