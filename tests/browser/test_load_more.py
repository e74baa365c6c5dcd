"""Back from a picture leads to the same position of a long list."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.chromium import Person
from tests.support.served import RunningSite, add_crowd

_PAGES = 6


@pytest.fixture(scope="module")
def long_list(site: RunningSite) -> None:
    add_crowd(site.settings, 60 * _PAGES)


def scroll_to_end(page: Page) -> None:
    page.evaluate("scrollTo(0, document.body.scrollHeight)")


# More than the usual 120 seconds: a busy machine stores several hundred pictures first.
@pytest.mark.timeout(400)
@pytest.mark.usefixtures("long_list")
def test_back_after_many_pages_leads_to_the_same_picture(vera: Person, page: Page) -> None:
    vera.go("/image/")
    pictures = page.locator(".grid li")
    for number in range(1, _PAGES):
        scroll_to_end(page)
        expect(pictures).to_have_count(60 * (number + 1))
    target = pictures.nth(60 * _PAGES - 20)
    href = target.locator("a").get_attribute("href")
    target.scroll_into_view_if_needed()
    before = target.bounding_box()
    assert before
    target.locator("a").click()
    page.wait_for_url(f"**{href}")
    page.go_back()
    expect(pictures).to_have_count(60 * _PAGES)
    link = page.locator(f".grid a[href='{href}']")
    expect(link).to_be_in_viewport()
    after = link.locator("xpath=..").bounding_box()
    assert after
    assert abs(after["y"] - before["y"]) < 2
    # And once more, from a picture two steps further.
    link.click()
    page.wait_for_url(f"**{href}")
    page.get_by_role("link", name="Next").click()
    page.wait_for_url(lambda url: href not in url)
    page.go_back()
    page.go_back()
    expect(link).to_be_in_viewport()
    assert link.locator("xpath=..").bounding_box() == after
    # The list goes on from there.
    scroll_to_end(page)
    expect(pictures).to_have_count(60 * _PAGES + 15)


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("long_list")
def test_scrolling_loads_some_pages_and_then_needs_a_click(vera: Person, page: Page) -> None:
    vera.go("/image/")
    pictures = page.locator(".grid li")
    more = page.get_by_role("link", name="Load more")
    for number in range(1, 6):
        expect(pictures).to_have_count(60 * number)
        scroll_to_end(page)
    expect(pictures).to_have_count(60 * 6)
    scroll_to_end(page)
    expect(more).to_be_in_viewport()
    expect(page.locator("footer")).to_be_in_viewport()
    page.wait_for_timeout(300)
    expect(pictures).to_have_count(60 * 6)
    more.click()
    expect(pictures).to_have_count(60 * _PAGES + 15)
    expect(page.locator(".toast p")).to_be_empty()
