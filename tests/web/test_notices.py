"""Every change by a form is confirmed on the next page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp

from tests.support.site import CLOSED, Site
from tests.web.test_account_pages import PASSWORD, form_with, make_token, signed_in


@pytest.fixture
def closed(tmp_path: Path) -> Any:
    site = Site(tmp_path, **CLOSED)
    site.services.accounts.add("root", "admin", PASSWORD)
    signed_in(site.app, "root")
    yield site
    site.close()


def notice(page: Any) -> str:
    return str(page.html.select_one("[data-notice]").text)


def test_password_change_shows_notice(closed: Site) -> None:
    form = form_with(closed.app.get("/account"), "new_password")
    form["password"], form["new_password"] = PASSWORD, "a brand new password"
    page = form.submit(status=303).follow()
    assert page.request.path == "/account"
    assert notice(page) == "The password was changed. All other devices were signed out."
    assert closed.app.get("/account").html.select_one("[data-notice]") is None


def test_account_change_shows_notice(closed: Site) -> None:
    form = form_with(closed.app.get("/accounts/"), "role", name="")
    form["name"], form["role"], form["password"] = "alice", "viewer", PASSWORD
    page = form.submit("action", value="add", status=303).follow()
    assert notice(page) == "The account alice was added."
    form = form_with(page, "role", name="alice")
    form["role"] = "editor"
    page = form.submit("action", value="role", status=303).follow()
    assert notice(page) == "The role of alice is editor now."
    form = form_with(page, "password", name="alice")
    form["password"] = "a brand new password"
    page = form.submit("action", value="password", status=303).follow()
    assert notice(page) == "The password of alice was changed."
    page = form_with(page, "role", name="alice").submit("action", value="remove", status=303)
    assert notice(page.follow()) == "The account alice was removed."


def test_token_revocation_shows_notice(closed: Site) -> None:
    make_token(closed)
    page = closed.app.get("/accounts/")
    page = form_with(page, "token").submit("action", value="revoke", status=303).follow()
    assert notice(page) == "The token was revoked."


def test_restoring_the_last_image_shows_notice(site: Site, browser: TestApp) -> None:
    image = site.add(1)
    site.services.editing.trash(image.id)
    form = next(f for f in browser.get("/trash/").forms.values() if f.action == "/trash/")
    form["id"] = True
    page = form.submit("action", value="restore", status=303).follow()
    assert notice(page) == "1 picture was restored."
    assert "The trash is empty." in page
