"""Properties of all pages: standards mode, one language, one heading."""

from __future__ import annotations

import pytest

from tests.support.site import Site

PATHS = (
    "/", "/image/", "/image/{id}/", "/tag/", "/tag/sea/", "/search?q=x", "/favorites/", "/upload/",
    "/trash/", "/login", "/accounts/", "/api/v1/", "/nowhere/",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_pages_begin_with_doctype(path: str, site: Site) -> None:
    image = site.add(1, tags=["sea"])
    page = site.browser().get(path.format(id=image.id), expect_errors=True)
    # Without it browsers lay out the page in quirks mode.
    assert page.text.startswith("<!DOCTYPE html>\n")
    assert page.text.count("<!DOCTYPE") == 1
    assert page.html.html["lang"] == "en"
    assert len(page.html.select("h1")) == 1
