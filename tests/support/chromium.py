"""Debian's chromium, headless, for tests in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)

from tests.support.missing import find_program, missing

_FLAGS = [
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

_USUAL = {
    "locale": "en-GB",
    "viewport": {"width": 1280, "height": 800},
    "reduced_motion": "reduce",
    "permissions": ["clipboard-read", "clipboard-write"],
}


@pytest.fixture(scope="session")
def real_browser() -> Iterator[Browser]:
    """The one browser of a test process: Playwright can't be started twice in one."""
    with chromium() as browser:
        yield browser


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; a skip where there is none, and a failure under CI=true."""
    program = find_program("chromium")
    if program is None:
        missing("chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """Somebody in front of the browser: one page, cookies of their own.

    `complaints` gathers what the console complains about (errors, warnings, violations of
    the Content-Security-Policy), exceptions, and requests to any other host than the site.
    """

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        """`options` are those of a browser's context: `java_script_enabled=False`."""
        self.context: BrowserContext = browser.new_context(**{**_USUAL, **options})
        self.url = url
        self._has_scripts = options.get("java_script_enabled", True)
        self.complaints: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"exception: {error}"))
        self.page.on("request", self._watch)

    def go(self, path: str = "/") -> Page:
        """Open a page of the site, and wait until its scripts are there."""
        self.page.goto(self.url + path)
        if self._has_scripts:
            self.page.locator("html[data-scripts=ready]").wait_for()
        return self.page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(f"asked another host: {request.url}")

    def forgive(self, words: str) -> None:
        """Remove the expected complaints, of which there must be at least one.

        The browser reports to the console after the response: wait for the first complaint.
        """
        for _ in range(100):
            if any(words in complaint for complaint in self.complaints):
                break
            self.page.wait_for_timeout(100)
        left = [complaint for complaint in self.complaints if words not in complaint]
        assert len(left) < len(self.complaints), f"no complaint about {words!r}"
        self.complaints = left
