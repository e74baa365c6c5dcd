"""Tags on the page of an image in a real browser: suggestions, adding, removing."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect

from tests.support.chromium import Person


def test_suggested_tag_is_chosen_by_keys_and_removed(vera: Person, page: Page, path: str) -> None:
    vera.go(path)
    field = page.get_by_role("combobox", name="New tags")
    field.press_sequentially("night, hi")
    option = page.get_by_role("option", name="hills")
    expect(option).to_be_visible()
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", re.compile("suggestions-"))
    field.press("Enter")
    expect(field).to_have_value("night, hills ")
    field.press("Enter")
    chip = page.locator("#tags .chip", has_text="hills")
    expect(chip).to_be_visible()
    expect(page.locator("#newtag")).to_be_focused()
    chip.get_by_role("button").click()
    expect(chip).to_have_count(0)


def test_suggestions_for_the_last_key_replace_slow_ones(
    vera: Person, page: Page, path: str
) -> None:
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        held.append(route)

    vera.go(path)
    page.route("**/tag/suggestions*", hold_first)
    field = page.get_by_role("combobox", name="New tags")
    with page.expect_request("**/tag/suggestions*"):
        field.press("h")
    field.press("i")
    expect(page.get_by_role("option", name="hills")).to_be_visible()


def test_late_suggestions_leave_the_highlighted_one(vera: Person, page: Page, path: str) -> None:
    vera.go(path)
    field = page.get_by_role("combobox", name="New tags")
    field.press("h")
    option = page.get_by_role("option", name="hills")
    expect(option).to_be_visible()
    field.press("i")
    field.press("ArrowDown")
    page.wait_for_timeout(400)
    expect(option).to_have_attribute("aria-selected", "true")


def test_escape_closes_the_suggestions_and_a_click_chooses_one(
    vera: Person, page: Page, path: str
) -> None:
    vera.go(path)
    field = page.get_by_role("combobox", name="New tags")
    field.press_sequentially("ev")
    expect(page.get_by_role("listbox")).to_be_visible()
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    field.press("e")
    field.press("Backspace")
    page.get_by_role("option", name="evening").click()
    expect(field).to_have_value("evening ")
