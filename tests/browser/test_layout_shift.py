"""Layout shifts: none happens when the scripts start."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from tests.support.chromium import Person
from tests.support.served import RunningSite

PATHS = ("/", "/image/", "/image/{coffee}/", "/upload/", "/trash/", "/search?q=coffee", "/login")
_OBSERVE = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const nodes = entry.sources.map((source) => source.node?.outerHTML?.slice(0, 80) ?? "?");
      window.shifts.push([entry.value, ...nodes]);
    }
  }).observe({ type: "layout-shift", buffered: true });
"""


def late(route: Route) -> None:
    """Let the page be painted before its scripts start, as on a slow connection."""
    route.request.frame.page.wait_for_timeout(300)
    route.continue_()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", PATHS)
def test_start_of_scripts_causes_no_layout_shift(
    path: str, width: int, person: Callable[..., Person], site: RunningSite
) -> None:
    visitor = person(viewport={"width": width, "height": 800})
    page: Page = visitor.page
    page.add_init_script(_OBSERVE)
    page.route("**/js/main.js", late)
    visitor.go(path.format(coffee=site.images["coffee"].id))
    page.wait_for_load_state("networkidle")
    # Two frames: the observer reports after the frame in which something moved.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    assert page.evaluate("window.shifts") == []
