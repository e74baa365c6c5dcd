"""Every page: accessibility and layout."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from huimages_app.web.presentation.i18n import LANGUAGES
from tests.browser.pages import PAGES, ShownPage, site_of
from tests.browser.steps import chosen, opened, selected
from tests.support.axe import violations
from tests.support.chromium import Person
from tests.support.served import RunningSite

WIDTHS = ((390, 844), (1024, 768), (1920, 1080))


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_in_every_language_fits_the_narrowest_phone(
    language: str, person: Callable[..., Person], site: RunningSite
) -> None:
    paul = person(locale=language, viewport={"width": 320, "height": 640})
    image = f"/image/{site.images['coffee'].id}/"
    for path, prepare in (
        ("/", None), ("/image/", selected), (image, opened), ("/upload/", None), ("/trash/", None),
        ("/article/", None), ("/article/10106/", None), ("/job/edit?in=", chosen), ("/job/", None),
    ):  # fmt: skip
        page = paul.go(path)
        if prepare:
            prepare(page)
        assert page.locator("html").get_attribute("lang") == language
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_columns_of_the_api_page_are_wide_enough_on_a_phone(person: Callable[..., Person]) -> None:
    page = person(viewport={"width": 390, "height": 844}).go("/api/v1/")
    tables = "#listImages td:last-child, #Item td:last-child, [id=store-down] td:last-child"
    widths = page.eval_on_selector_all(tables, "all => all.map(cell => cell.clientWidth)")
    assert len(widths) > 30
    assert min(widths) > 250


def test_states_differ_in_forced_colours(person: Callable[..., Person], site: RunningSite) -> None:
    who = person(forced_colors="active")
    page = who.go("/image/")
    edge = "link => getComputedStyle(link).borderBottomColor"
    here, elsewhere = (page.get_by_role("link", name=name) for name in ("All pictures", "Tags"))
    assert here.first.evaluate(edge) != elsewhere.first.evaluate(edge)
    who.go(f"/image/{site.images['chelsea'].id}/")
    page.locator("#newtag").press_sequentially("h")
    # The suggestions only, not the options of lists in forms.
    options = page.locator('[role="option"]')
    expect(options).to_have_count(2)
    page.keyboard.press("ArrowDown")
    ground = "option => getComputedStyle(option).backgroundColor"
    assert options.nth(0).evaluate(ground) != options.nth(1).evaluate(ground)


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_every_window_and_passes_axe(
    name: str, person: Callable[..., Person], site: RunningSite
) -> None:
    shown = PAGES[name]
    path = shown.path.format(**{key: image.id for key, image in site.images.items()})
    with site_of(shown, site) as in_use:
        who = person(url=in_use.url, viewport={"width": 1024, "height": 768})
        _check(who, who.go(path), shown)


def _check(who: Person, page: Page, shown: ShownPage) -> None:
    """Do the steps on a page; check its widths, and its accessibility in light and dark."""
    if shown.prepare:
        shown.prepare(page)
    # axe checks the widest page in light, and the narrowest in dark colours.
    for scheme, widths in (("light", WIDTHS), ("dark", WIDTHS[::-1])):
        page.emulate_media(color_scheme=scheme)
        for width, height in widths:
            page.set_viewport_size({"width": width, "height": height})
            # No element is wider than the window.
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        if shown.prepare is selected:
            # At the end of the page the bar of actions covers no part of a tick mark.
            page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert violations(page) == []
    if shown.complaint:
        who.expect_complaint(shown.complaint)


@pytest.mark.parametrize("language", LANGUAGES)
def test_header_is_one_row_in_every_language(language: str, person: Callable[..., Person]) -> None:
    paul = person(locale=language)
    for width in (320, 360, 768, 1280):
        paul.page.set_viewport_size({"width": width, "height": 700})
        page = paul.go("/tag/")
        box = page.locator(".top").bounding_box()
        assert box
        assert box["height"] <= 75
        assert page.locator("html").evaluate("html => html.scrollWidth") <= width
        if width < 1088:
            page.locator(".open-menu").click()
        expect(page.locator("nav a[href='/favorites/']:visible")).to_have_count(1)
