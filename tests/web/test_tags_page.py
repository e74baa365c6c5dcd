"""The page of all tags: covers, letters, the cloud, and the filter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
    assert links[1].img is None  # the tag cannot be part of a path
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


def test_cover_of_a_tag_without_images_has_no_content(browser: TestApp) -> None:
    assert browser.get("/tag/nothing/cover", status=204).body == b""
