"""The tasks of a visitor without JavaScript, by links and plain forms."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support import pictures
from tests.support.chromium import Person
from tests.support.served import RunningSite


@pytest.fixture
def otto(person: Callable[..., Person]) -> Person:
    """A visitor whose browser runs no scripts."""
    return person(java_script_enabled=False)


def test_visitor_without_scripts_uploads_annotates_trashes_and_restores(
    otto: Person, site: RunningSite
) -> None:
    page = otto.go("/upload/")
    page.locator("#uploadfile").set_input_files(
        [
            {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": content}
            for name, content in [("good", pictures.photo(300, 200, 900)), ("broken", b"\xff\xd8")]
        ]
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".outcomes .bad")).to_contain_text("broken.jpg")
    page.locator(".outcomes a").click()
    expect(page.locator("h1")).to_have_text("good.jpg")

    page.locator("#newtag").fill("plain, form")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#tags .chip")).to_have_count(2)
    page.get_by_role("button", name="4.5 stars").click()
    expect(page.locator(".average")).to_have_text("4.5 of 5, 1 vote")
    page.get_by_role("button", name="Favourite").click()
    expect(page.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    page.locator("details.edit summary").click()
    page.locator("#title").fill("By hand")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("h1")).to_have_text("By hand")

    page.get_by_role("searchbox").fill("by hand")
    page.keyboard.press("Enter")
    expect(page.locator(".grid li")).to_have_count(1)
    page.locator(".grid a").click()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.locator(".note p")).to_have_text("The picture was moved to the trash.")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Trash").click()
    page.locator(".pick input").check()
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(".note p")).to_have_text("1 picture was restored.")


@pytest.mark.usefixtures("crowd")
def test_visitor_without_scripts_pages_and_tags_several_pictures(otto: Person) -> None:
    page = otto.go("/image/")
    for index in range(3):
        page.locator(".pick input").nth(index).check()
    page.locator("#selection-tags").fill("several")
    page.get_by_role("button", name="Add tags").click()
    expect(page.locator(".note p")).to_have_text("The tags of 3 pictures were changed.")
    page.get_by_role("link", name="Load more").click()
    page.get_by_role("link", name="Back").click()
    expect(page.locator(".grid li")).to_have_count(60)
    page = otto.go("/tag/several/")
    expect(page.locator(".grid li")).to_have_count(3)


def test_file_field_is_visible_without_scripts(otto: Person) -> None:
    page = otto.go("/upload/")
    field = page.locator("#uploadfile")
    expect(field).to_have_css("opacity", "1")
    expect(page.get_by_text("or drop them here")).to_be_hidden()
    assert page.locator("label[for=uploadfile]").inner_text() == "Pictures"


def test_trash_is_undone_without_scripts(otto: Person, site: RunningSite) -> None:
    path = f"/image/{site.images['rocket'].id}/?in=tag%3Anight"
    page = otto.go(path)
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.locator("h1")).to_have_text("Tagged “night”")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("h1")).to_have_text("Rocket on the launch pad")
    assert page.url.endswith(path)


def test_controls_that_need_scripts_are_hidden(otto: Person, site: RunningSite) -> None:
    page = otto.go(f"/image/{site.images['coffee'].id}/")
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("link", name="Random picture")).to_be_visible()
    expect(page.get_by_role("button", name="Keyboard shortcuts")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    page.locator("a.picture").click()
    expect(page.locator("img")).to_be_visible()  # the picture itself, at its full size
    otto.expect_complaint("Applying inline style")  # the browser's own page around a picture
