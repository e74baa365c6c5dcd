"""Sessions: start, end, and annotations that move to the account."""

from __future__ import annotations

from pathlib import Path

import pytest
from webtest import TestApp

from tests.support.sign_in import FILES, PASSWORD, PHOTO, csrf, sign_in
from tests.support.site import CLOSED, Site


def test_login_starts_a_new_session(closed: Site) -> None:
    """An attacker that planted a session knows neither the new session nor its token."""
    before = csrf(closed.app)
    planted = closed.app.cookies["huimages"]
    sign_in(closed.app, status=303)
    assert closed.app.cookies["huimages"] != planted
    assert csrf(closed.app) != before
    closed.app.post("/upload/api/", upload_files=FILES, headers=before, status=400)
    attacker = TestApp(closed.app.app)
    attacker.set_cookie("huimages", planted.strip('"'))
    attacker.get("/", status=401)


def test_session_of_other_secret_is_ignored(closed: Site, tmp_path: Path) -> None:
    other = Site(tmp_path / "other", **CLOSED, secret="another secret of 32 characters!!")
    other.services.accounts.add("alice", "admin", PASSWORD)
    sign_in(other.app, status=303)
    closed.app.set_cookie("huimages", other.app.cookies["huimages"].strip('"'))
    closed.app.get("/", status=401)
    other.services.close()


def test_password_change_ends_other_sessions(closed: Site) -> None:
    other = TestApp(closed.app.app)
    for app in (closed.app, other):
        sign_in(app, status=303)
    form = closed.app.get("/account").forms[1]
    form["password"], form["new_password"] = PASSWORD, "a brand new password"
    form.submit(status=303)
    closed.app.get("/", status=200)
    other.get("/", status=401)
    sign_in(other, password="a brand new password", status=303)


@pytest.mark.parametrize(
    ("present", "new", "problem"),
    [
        ("wrong password", "a brand new password", "The current password is wrong"),
        (PASSWORD, "short", "at least 10"),
    ],
)
def test_invalid_password_change_is_refused(
    closed: Site, present: str, new: str, problem: str
) -> None:
    sign_in(closed.app, status=303)
    form = closed.app.get("/account").forms[1]
    form["password"], form["new_password"] = present, new
    assert problem in form.submit(status=400)


def test_password_change_guesses_are_throttled(closed: Site) -> None:
    sign_in(closed.app, status=303)
    form = closed.app.get("/account").forms[1]
    form["password"], form["new_password"] = "wrong password", "a brand new password"
    responses = [form.submit(status="*") for _ in range(8)]
    refused = next(response for response in responses if response.status_int != 400)
    assert refused.status_int == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert "Please try again in" in refused


def test_logout_ends_one_or_all_sessions(closed: Site) -> None:
    other = TestApp(closed.app.app)
    for app in (closed.app, other):
        sign_in(app, status=303)
    closed.app.post("/logout", headers=csrf(closed.app), status=303)
    closed.app.get("/", status=401)
    other.get("/", status=200)
    sign_in(closed.app, status=303)
    stolen = closed.app.cookies["huimages"].strip('"')
    other.post("/logout", {"everywhere": "1"}, headers=csrf(other), status=303)
    thief = TestApp(closed.app.app)
    thief.set_cookie("huimages", stolen)
    thief.get("/", status=401)


def test_account_removal_and_role_change_apply_at_once(closed: Site) -> None:
    sign_in(closed.app, status=303)
    closed.services.accounts.set_role("alice", "viewer")
    closed.app.post("/upload/api/", upload_files=FILES, headers=csrf(closed.app), status=403)
    closed.services.accounts.remove("alice")
    closed.app.get("/", status=401)


def test_session_ends_after_maximum_lifetime(closed: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(closed.app, status=303)
    monkeypatch.setattr("huimages_app.web.security.identity.MAX_SESSION", -1)
    closed.app.get("/", status=401)


def test_login_moves_annotations_to_the_account(tmp_path: Path) -> None:
    site = Site(tmp_path)
    account = site.services.accounts.add("alice", "editor", PASSWORD)
    image_id = site.app.post("/upload/api/?tags=sea", upload_files=FILES).text
    [visitor] = site.storage.metadata.annotations.of_image(image_id)
    response = sign_in(site.app, status=303)
    assert set(site.storage.metadata.annotations.of_image(image_id)) == {account.visitor_id}
    assert any(c.startswith("huimages_visitor=;") for c in response.headers.getall("Set-Cookie"))
    site.app.post("/upload/api/?tags=sand", upload_files=FILES, headers=csrf(site.app))
    assert site.services.annotations.get(image_id, account.visitor_id).tags == (
        "sea",
        "sand",
    )
    assert site.services.annotations.get(image_id, visitor).is_empty
    site.close()


def test_login_moves_legacy_favourites_to_the_account(tmp_path: Path) -> None:
    site = Site(tmp_path)
    account = site.services.accounts.add("alice", "editor", PASSWORD)
    image_id = site.upload(PHOTO)
    old = "ORSXG5DUMVZXIZLTORSXG5DTMU"
    site.services.annotations.favorite(image_id, old, favorite=True)
    site.app.set_cookie("_hda", f"1262304000,{old}")
    sign_in(site.app, status=303)
    assert site.services.annotations.get(image_id, account.visitor_id).favorite
    site.close()
