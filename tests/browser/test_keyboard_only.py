"""An editor's work by keyboard alone: upload, filter, change many pictures, share them."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.support import pictures
from tests.support.chromium import Person

_STEPS = 200  # more than any page has focusable elements


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus, which shows that the keyboard reaches it."""
    expect(target).to_be_visible()
    wanted = target.element_handle()
    for _ in range(_STEPS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{_STEPS} times Tab do not lead to {target}")


def press(page: Page, target: Locator) -> None:
    """Go to a button or link, and press Enter."""
    tab_to(page, target)
    page.keyboard.press("Enter")


def write(page: Page, target: Locator, text: str) -> None:
    """Go to a field and type."""
    tab_to(page, target)
    page.keyboard.type(text)


def test_keyboard_alone_uploads_filters_changes_and_shares(vera: Person, page: Page) -> None:
    vera.go("/upload/")
    # From now on the browser reports file choosers. This takes effect with a delay, so it is
    # requested early for busy machines.
    page.on("filechooser", lambda chooser: None)
    tab_to(page, page.locator("#uploadfile"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(
        [
            {
                "name": f"stand-{side}.jpg",
                "mimeType": "image/jpeg",
                "buffer": pictures.photo(side, 300, seed=9000 + side),
            }
            for side in (200, 450, 460)
        ]
    )
    write(page, page.get_by_label("Tags", exact=True), "trade-fair")
    press(page, page.locator("#upload").get_by_role("button", name="Upload"))
    expect(page.locator("[data-upload-status]")).to_have_text("3 of 3 uploaded", timeout=20_000)
    press(page, page.get_by_role("link", name="Show these pictures"))
    expect(page.locator(".grid li")).to_have_count(3)

    press(page, page.locator("[data-filters] summary"))
    shape = page.get_by_label("Shape")
    tab_to(page, shape)
    page.keyboard.type("Landscape")
    expect(shape).to_have_value("landscape")
    press(page, page.locator("#filters").get_by_role("button", name="Show"))
    expect(page.locator(".grid li")).to_have_count(2)

    page.keyboard.press("Control+a")
    expect(page.locator("[data-selected]")).to_have_text("2 pictures selected")
    press(page, page.get_by_role("button", name="Edit", exact=True))
    expect(page.locator("h1")).to_contain_text("Edit")
    verb = page.get_by_label("Change: Title")
    tab_to(page, verb)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Our stand")
    press(page, page.get_by_role("button", name="Change the pictures"))
    expect(page.locator("#job")).to_have_attribute("data-state", "done", timeout=20_000)

    vera.go("/tag/trade-fair/?shape=landscape")
    expect(page.locator(".grid li")).to_have_count(2)
    press(page, page.locator(".heading").get_by_role("link", name="Share"))
    press(page, page.get_by_role("button", name="Create link"))
    link = page.get_by_label("New link")
    vera.go(link.input_value().removeprefix(vera.url))
    expect(page.locator("main img")).to_have_count(2)
