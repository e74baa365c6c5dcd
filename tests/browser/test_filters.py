"""The filters of a list in a browser: the numbers beside their values."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.chromium import Person


def test_numbers_appear_when_the_filters_are_opened(vera: Person, page: Page) -> None:
    vera.go("/image/")
    without_text = page.locator("[data-choice='without:alt']")
    portrait = page.locator("[data-choice='shape:portrait']")
    assert portrait.text_content() == "portrait"
    page.locator("[data-filters] summary").click()
    page.get_by_label("Shape").select_option("portrait")
    expect(without_text).to_contain_text("(")
    expect(portrait).to_contain_text("(")
    assert page.get_by_label("Shape").input_value() == "portrait"
