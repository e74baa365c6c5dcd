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

_INTERVAL = 50  # milliseconds
_PATIENCE = 200  # intervals

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
    """A visitor with a browser: one page, and a cookie jar of their own.

    Errors and warnings of the console (violations of the Content-Security-Policy among them),
    exceptions, and requests to other hosts than the site are complaints.  A test announces those
    it causes with `expect_complaint`, and ends with `close`, which fails for all others.
    """

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        """`options` are those of a browser's context: `java_script_enabled=False`."""
        self.context: BrowserContext = browser.new_context(**{**_USUAL, **options})
        self.url = url
        self._has_scripts = options.get("java_script_enabled", True)
        self._complaints: list[str] = []
        self._expected: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._complaints.append(f"exception: {error}"))
        self.page.on("request", self._watch)

    def go(self, path: str = "/") -> Page:
        """Open a page of the site, and wait until its scripts are ready."""
        self.page.goto(self.url + path)
        if self._has_scripts:
            self.page.locator("html[data-scripts=ready]").wait_for()
        return self.page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self._complaints.append(f"requested another host: {request.url}")

    def expect_complaint(self, words: str) -> None:
        """Allow complaints with these words; `close` fails if there is none."""
        self._expected.append(words)

    def close(self) -> None:
        """Wait for the expected complaints, close the browser, and fail for any other complaint.

        The console reports asynchronously: a message may arrive after the page has loaded.
        """
        for words in self._expected:
            self._wait_for_complaint(words)
        self.page.title()  # a round trip: what the browser reported before it has arrived
        self.context.close()
        unexpected = [
            complaint
            for complaint in self._complaints
            if not any(words in complaint for words in self._expected)
        ]
        assert unexpected == []

    def _wait_for_complaint(self, words: str) -> None:
        for _ in range(_PATIENCE):
            if any(words in complaint for complaint in self._complaints):
                return
            self.page.wait_for_timeout(_INTERVAL)
        raise AssertionError(f"the browser did not complain about {words!r}")
