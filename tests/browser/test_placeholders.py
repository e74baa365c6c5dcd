"""Placeholders of pictures that are still loading, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.chromium import Person

PICTURES = "**/*.jpeg"
FIRST = ".grid li:first-child"


def held(page: Page) -> list[Route]:
    """Hold back all pictures; return the requests for them."""
    routes: list[Route] = []
    page.route(PICTURES, lambda route: routes.append(route))  # noqa: PLW0108 - Playwright marks it
    return routes


def background(page: Page) -> str:
    return str(page.locator(FIRST).evaluate("item => getComputedStyle(item).backgroundImage"))


def test_thumbhash_is_shown_until_the_picture_is_loaded(vera: Person, page: Page) -> None:
    routes = held(page)
    page.goto(f"{vera.url}/image/", wait_until="commit")
    expect(page.locator(f"{FIRST} img.loading")).to_have_count(1)
    assert background(page).startswith('url("data:image/png;base64,')
    for route in routes:
        route.continue_()
    expect(page.locator(f"{FIRST} img.loading")).to_have_count(0)
    expect(page.locator(f"{FIRST} img")).to_have_css("opacity", "1")
    page.unroute_all(behavior="ignoreErrors")


def test_picture_that_cannot_be_loaded_shows_its_text(vera: Person, page: Page) -> None:
    vera.expect_complaint("Failed to load resource")
    routes = held(page)
    page.goto(f"{vera.url}/image/", wait_until="commit")
    expect(page.locator(f"{FIRST} img.loading")).to_have_count(1)
    for route in routes:
        route.abort()
    expect(page.locator(f"{FIRST} img.loading")).to_have_count(0)
    page.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize(("motion", "duration"), [("no-preference", "0.3s"), ("reduce", "0s")])
def test_fading_respects_reduced_motion(
    person: Callable[..., Person], motion: str, duration: str
) -> None:
    visitor = person(reduced_motion=motion)
    visitor.go("/image/")
    style = "image => getComputedStyle(image).transitionDuration"
    durations = visitor.page.locator(f"{FIRST} img").evaluate(style)
    assert durations == duration
