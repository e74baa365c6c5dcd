"""Errors: pages of the site for browsers, JSON for scripts, plain text for other clients."""

from __future__ import annotations

from pathlib import Path

import pytest
from webtest import TestApp, TestResponse

from tests.support.site import CLOSED, PASSWORD, Site

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
    assert str(tmp_path) not in page.text


def test_unavailable_page_offers_to_try_again(tmp_path: Path) -> None:
    site = Site(tmp_path, **{"metadata.path": str(tmp_path)})
    browser = site.browser()
    assert _ways_on(browser.get("/tag/a/?order=oldest", status=503)) == [
        ("Try again", "/tag/a/?order=oldest"),
        ("Go to the start page", "/"),
    ]
    share = browser.get(f"/share/{'a' * 32}/", status=503)
    assert _ways_on(share) == [("Try again", f"/share/{'a' * 32}/")]


@pytest.mark.parametrize(
    ("referrer", "ways"),
    [
        ("http://localhost/tag/a/?order=oldest#x", ["/tag/a/?order=oldest", "/"]),
        ("http://localhost", ["/"]),
        ("http://evil.example/tag/a/", ["/"]),
        ("http://localhost@evil.example/", ["/"]),
        ("http://localhost/", ["/"]),
        ("http://localhost//evil.example/", ["/"]),
        ("http://[", ["/"]),
        ("", ["/"]),
    ],
)
def test_refused_form_leads_back_to_its_page_of_this_site(
    browser: TestApp, referrer: str, ways: list[str]
) -> None:
    browser.set_cookie("visitor", "any")
    page = browser.post("/login", headers={"Referer": referrer}, status=400)
    assert [href for _, href in _ways_on(page)] == ways


def test_account_without_the_right_is_named_and_may_be_changed(tmp_path: Path) -> None:
    site = Site(tmp_path, **CLOSED)
    site.services.accounts.add("paul", "viewer", PASSWORD)
    page = site.signed_in("paul").get("/trash/", status=403)
    assert page.html.select_one("main strong").text == "paul"
    assert _ways_on(page)[0] == ("Switch account", "/login?back=%2Ftrash%2F")
    # The menu has what this account may open.
    assert page.html.select_one(".popup a[href='/collection/']")
    site.close()


def test_account_of_the_proxy_without_the_right_is_not_asked_to_sign_in(tmp_path: Path) -> None:
    site = Site(tmp_path, **CLOSED, proxy_user_header="X-User", proxy_addresses="127.0.0.1")
    environ = {"REMOTE_ADDR": "127.0.0.1"}
    page = site.browser().get(
        "/trash/", headers={"X-User": "paul"}, extra_environ=environ, status=403
    )
    assert page.html.select_one("main strong").text == "paul"
    assert [href for _, href in _ways_on(page)] == ["/"]
    site.close()


def _ways_on(page: TestResponse) -> list[tuple[str, str]]:
    return [(link.text, link["href"]) for link in page.html.select("main a.button")]


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
