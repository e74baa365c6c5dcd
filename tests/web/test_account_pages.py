"""Accounts and tokens in the browser, as an admin uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp

from tests.support import pictures
from tests.support.site import CLOSED, Site

PASSWORD = "correct horse battery"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, **CLOSED)
    site.services.accounts.add("root", "admin", PASSWORD)
    signed_in(site.app, "root")
    yield site
    site.close()


def signed_in(app: TestApp, name: str, password: str = PASSWORD) -> TestApp:
    form = form_with(app.get("/login"), "password")
    form["name"], form["password"] = name, password
    form.submit(status=303)
    return app


def form_with(page: Any, field: str, **values: str) -> Any:
    """The last form of a page that has a field, and these values in it."""
    fitting = [
        form
        for form in page.forms.values()
        if field in form.fields and all(form[key].value == values[key] for key in values)
    ]
    return fitting[-1]


def add(site: Site, name: str, role: str, password: str = PASSWORD, status: int = 303) -> Any:
    form = form_with(site.app.get("/accounts/"), "role", name="")
    form["name"], form["role"], form["password"] = name, role, password
    return form.submit("action", value="add", status=status)


def test_account_is_added_used_changed_and_removed(site: Site) -> None:
    page = add(site, "Alice", "viewer").follow()
    assert "alice" in page
    alice = signed_in(TestApp(site.app.app), "alice")
    alice.get("/accounts/", status=403)
    form = form_with(page, "role", name="alice")
    form["role"] = "admin"
    page = form.submit("action", value="role", status=303).follow()
    alice.get("/accounts/", status=200)
    form = form_with(page, "password", name="alice")
    form["password"] = "a brand new password"
    page = form.submit("action", value="password", status=303).follow()
    alice.get("/", status=401)
    signed_in(alice, "alice", "a brand new password")
    form_with(page, "role", name="alice").submit("action", value="remove", status=303)
    alice.get("/", status=401)
    assert site.services.accounts.get("alice") is None


def test_account_without_password_is_signed_in_by_a_proxy(site: Site) -> None:
    assert "signed in by a proxy" in add(site, "bob", "editor", password="").follow()


def test_invalid_account_change_shows_the_reason(site: Site) -> None:
    assert "at least 10" in add(site, "alice", "viewer", password="short", status=400)
    assert "already" in add(site, "root", "viewer", status=400)
    page = site.app.get("/accounts/")
    for action in ("remove", "role"):
        refused = form_with(page, "role", name="root").submit("action", value=action, status=400)
        assert refused.html.select_one("[role=alert]").text.startswith("You cannot change the role")
    assert "expected one of" in form_with(page, "role", name="root").submit(status=400)
    assert site.services.accounts.get("root").role == "admin"


def make_token(site: Site, days: str = "", scopes: int = 1, status: int = 200) -> Any:
    form = form_with(site.app.get("/accounts/"), "days")
    form["name"], form["days"] = "the shop", days
    for number in range(scopes):
        form.set("scope", True, index=number)
    return form.submit(status=status)


def test_token_is_shown_once_used_and_revoked(site: Site) -> None:
    page = make_token(site, days="30", scopes=2)
    assert "no-store" in page.headers["Cache-Control"]
    [text] = re.findall(r"hui_[\w-]{43}", page.text)
    assert text not in site.app.get("/accounts/")
    headers = {"Authorization": f"Bearer {text}"}
    program = TestApp(site.app.app)
    files = [("uploadfile", "a.jpeg", pictures.photo(60, 40))]
    program.post("/upload/api/", upload_files=files, headers=headers, status=200)
    page = site.app.get("/accounts/")
    assert "the shop" in page
    form_with(page, "token").submit("action", value="revoke", status=303)
    program.post("/upload/api/", upload_files=files, headers=headers, status=401)


def test_invalid_token_is_not_created(site: Site) -> None:
    assert "scopes" in make_token(site, scopes=0, status=400)
    for days in ("0", "-1", "4000", "soon", "9" * 5000):
        assert "number of days" in make_token(site, days=days, status=400)
    assert site.services.tokens.all() == []


def test_account_pages_are_translated_to_german(site: Site) -> None:
    page = site.app.get("/accounts/?lang=de")
    assert "Konten und Tokens" in page
    assert "Anmelden" in TestApp(site.app.app).get("/login?lang=de")
