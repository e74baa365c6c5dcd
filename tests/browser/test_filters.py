"""Filters and dates of a list in a browser: numbers beside values, and the rail of months."""

from __future__ import annotations

import pytest
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


@pytest.mark.usefixtures("crowd")
def test_rail_of_dates_leads_to_a_month_by_keyboard(vera: Person, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    vera.go("/image/")
    years = page.locator(".rail > ul > li > a")
    expect(years.first).to_be_visible()
    months = page.locator(".rail li").first.locator("li a")
    expect(months.first).not_to_be_visible()
    years.first.focus()
    expect(months.first).to_be_visible()
    page.keyboard.press("Tab")
    expect(months.first).to_be_focused()
    target = months.first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}")
    expect(page.locator(".rail [aria-current=true]")).to_have_attribute("href", str(target))


@pytest.mark.usefixtures("crowd")
def test_phone_has_dates_as_a_page(vera: Person, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    vera.go("/image/")
    page.get_by_role("link", name="Jump to a date").click()
    expect(page.locator("h1")).to_have_text("Jump to a date")
    page.locator("[data-years] li li a").last.click()
    expect(page.locator(".grid li").first).to_be_visible()
