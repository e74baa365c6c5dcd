"""Transitions between pages, unless the visitor prefers reduced motion."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.support.chromium import Person

_REMEMBER = """
  addEventListener("pagereveal", ({ viewTransition }) => {
    window.hasTransition = Boolean(viewTransition);
  });
"""


def opened_picture(paul: Person) -> Page:
    """Return the page of a picture that was opened by a click in the grid."""
    paul.page.add_init_script(_REMEMBER)
    page = paul.go("/image/")
    page.locator(".grid a").first.click()
    page.wait_for_url("**/image/*/")
    page.locator("html[data-scripts=ready]").wait_for()
    return page


def moves(page: Page) -> bool:
    """Return whether the browser animated the transition to this page."""
    return bool(page.evaluate("window.hasTransition"))


def test_picture_of_a_grid_grows_into_its_page(person: Callable[..., Person]) -> None:
    assert moves(opened_picture(person(reduced_motion="no-preference")))


def test_pages_without_a_grid_cause_no_error(person: Callable[..., Person]) -> None:
    paul = person(reduced_motion="no-preference")
    page = paul.go("/image/")
    page.locator(".button.upload").click()
    page.wait_for_url("**/upload/")
    page.locator("html[data-scripts=ready]").wait_for()


def test_reduced_motion_disables_view_transitions(person: Callable[..., Person]) -> None:
    assert not moves(opened_picture(person(reduced_motion="reduce")))
