"""Errors: pages of the site for browsers, JSON for scripts, plain text for other clients."""

from __future__ import annotations

from pathlib import Path

import pytest
from webtest import TestApp

from tests.support.site import CLOSED, Site

JSON = {"Accept": "application/json"}


@pytest.mark.parametrize(
    ("path", "status", "heading"),
    [
        ("/nowhere", 404, "Nicht gefunden"),
        ("/image/?cursor=x", 400, "Das hat nicht geklappt"),
        ("/%ff", 400, "Das hat nicht geklappt"),
        ("/image/?lang=%ff", 400, "Das hat nicht geklappt"),
        ("/image/random/", 404, "Nicht gefunden"),
    ],
)
def test_error_for_browser_is_a_page(site: Site, path: str, status: int, heading: str) -> None:
    page = site.browser("de").get(path, status=status)
    assert page.html.h1.text == heading
    assert page.html.select_one("main a.button")["href"] == "/"
    assert "no-store" in page.headers["Cache-Control"]


def test_missing_image_page_is_translated(site: Site) -> None:
    paul, image = site.browser("de"), site.add()
    site.services.editing.trash(image.id)
    page = paul.get(f"/image/{image.id}/download", status=404)
    assert page.html.select_one("[data-status] p").text.startswith("Dieses Bild gibt es nicht.")
    site.services.editing.remove(image.id)
    page = paul.get(f"/image/{image.id}/", status=410)
    assert page.html.h1.text == "Nicht mehr verfügbar"
    assert page.html.select_one("[data-status] p").get("lang") is None
    assert image.id in site.app.get(f"/image/{image.id}/", status=410).text


def test_wrong_method_returns_405_with_allowed_methods(site: Site, browser: TestApp) -> None:
    page = browser.post("/favorites/", status=405)
    assert page.headers["Allow"] == "GET, HEAD"
    assert page.html.h1.text == "Not possible here"


def test_error_for_script_is_problem_json(site: Site) -> None:
    response = site.app.get("/nowhere", headers=JSON, status=404)
    assert response.content_type == "application/problem+json"
    assert response.json == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this URL.",
    }


def test_error_for_other_client_is_plain_text(site: Site) -> None:
    response = site.app.get("/nowhere", status=404)
    assert response.text == "There is nothing at this URL.\n"


def test_cross_site_request_is_refused_with_a_page(browser: TestApp) -> None:
    page = browser.post("/favorites/", headers={"Origin": "http://evil.example"}, status=400)
    assert page.html.h1.text == "That did not work"


def test_hostile_url_is_escaped_on_error_page(browser: TestApp) -> None:
    page = browser.get("/<script>alert(1)</script>/" + "A" * 32 + "01", status=404)
    assert "<script>alert" not in page


@pytest.mark.parametrize("language", ["de", "en"])
def test_unavailable_storage_shows_a_sentence(tmp_path: Path, language: str) -> None:
    # A folder where the file should be.
    site = Site(tmp_path, **{"metadata.path": str(tmp_path)})
    page = site.browser(language).get("/image/", status=503)
    assert page.headers["Retry-After"] == "10"
    assert page.html.select_one("main p").get("lang") is None


def test_error_without_readable_account_is_plain_text(tmp_path: Path) -> None:
    """The session is valid, and the store with its account is down."""
    site = Site(tmp_path / "up", **CLOSED)
    site.services.accounts.add("alice", "editor", "correct horse battery")
    browser = site.browser()
    form = browser.get("/login").forms[1]
    form["name"], form["password"] = "alice", "correct horse battery"
    form.submit(status=303)
    down = Site(tmp_path / "down", **{**CLOSED, "metadata.path": str(tmp_path)})
    browser.app = down.browser().app
    page = browser.get("/image/", status=503)
    assert page.html.h1.text == "Please try again in a moment"
    site.close()
