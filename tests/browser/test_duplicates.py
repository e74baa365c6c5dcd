"""Pictures that look alike in a browser: at upload, and on their page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from huimages_app.factory import build_services
from tests.support import pictures
from tests.support.axe import violations
from tests.support.chromium import Person
from tests.support.served import RunningSite
from tests.support.services import add

PHOTO = pictures.pixels(900, 600, seed=77)


@pytest.fixture(scope="module", autouse=True)
def pair(site: RunningSite) -> None:
    services = build_services(site.settings)
    references = {"artnr": ["20201"]}
    add(services, pictures.encoded(PHOTO), title="Harbour", references=references)
    add(services, pictures.encoded(PHOTO.resize((300, 200))), title="Harbour, small")
    services.close()


def test_upload_names_similar_pictures(person: Callable[..., Person], tmp_path: Path) -> None:
    file = tmp_path / "again.jpeg"
    PHOTO.resize((450, 300)).save(file, quality=50)
    page = person().go("/upload/")
    page.set_input_files("#uploadfile", file)
    page.click("#upload button.main")
    similar = page.locator(".queue .similar")
    expect(similar).to_contain_text("Looks like:")
    expect(similar).to_contain_text("Harbour 20201, larger")
    expect(similar).to_contain_text("Harbour, small smaller")
    assert violations(page) == []


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_page_fits_every_window(person: Callable[..., Person], locale: str) -> None:
    page = person(locale=locale).go("/duplicates/")
    expect(page.locator(".alike strong").first).to_have_text("Harbour")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (320, 360, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []
    page.click(".alike strong")
    page.wait_for_selector("#similar")
    assert violations(page) == []


def test_editor_dismisses_a_group(person: Callable[..., Person]) -> None:
    page = person().go("/duplicates/")
    group = page.locator(".alike", has_text="Harbour")
    group.get_by_role("button", name="Keep all").click()
    expect(page.locator("body")).to_contain_text("not listed as duplicates any more")
    expect(page.locator(".alike", has_text="Harbour")).to_have_count(0)


@pytest.mark.parametrize(("scripts", "width"), [(True, 800), (False, 360)])
def test_editor_goes_on_at_the_next_group(
    person: Callable[..., Person], site: RunningSite, scripts: bool, width: int
) -> None:
    services = build_services(site.settings)
    for seed in range(5):
        photo = pictures.pixels(900, 600, seed=200 + 10 * scripts + seed)
        add(services, pictures.encoded(photo), title=f"Pier {seed}")
        add(services, pictures.encoded(photo.resize((300, 200))), title=f"Pier {seed}, small")
    services.close()
    page = person(java_script_enabled=scripts, viewport={"width": width, "height": 700}).page
    page.goto(f"{site.url}/duplicates/")
    groups = page.locator(".alike")
    count = groups.count()
    following = groups.nth(3).locator("strong").first.text_content()
    with page.expect_navigation():
        groups.nth(2).get_by_role("button", name="Keep all").click()
    expect(groups).to_have_count(count - 1)
    expect(groups.nth(2).locator("strong").first).to_have_text(following or "")
    heading = groups.nth(2).get_by_role("heading")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()
    notice = page.locator(".note")
    expect(notice).to_contain_text("not listed as duplicates any more")
    expect(notice).to_be_in_viewport()
    box, note = heading.bounding_box(), notice.bounding_box()
    assert box
    assert note
    assert note["y"] + note["height"] <= box["y"]
    with page.expect_navigation():
        notice.get_by_role("button", name="Undo").click()
    expect(groups).to_have_count(count)
    expect(groups.nth(2).get_by_role("heading")).to_be_focused()
    with page.expect_navigation():
        groups.last.get_by_role("button", name="Move to the trash").last.click()
    expect(groups).to_have_count(count - 1)
    expect(groups.last.locator("h2")).to_be_in_viewport()
