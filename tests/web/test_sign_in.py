"""Signing in and out: passwords, sessions, proxies, tokens, and attempts that fail."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp

from tests.support import pictures
from tests.support.site import CLOSED, Site

PASSWORD = "correct horse battery"
PHOTO = pictures.photo(width=60, height=40)
FILES = [("uploadfile", "a.jpeg", PHOTO)]
HTML = {"Accept": "text/html"}


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, **CLOSED)
    site.services.accounts.add("alice", "editor", PASSWORD)
    yield site
    site.services.close()


def sign_in(app: TestApp, name: str = "alice", password: str = PASSWORD, **rest: Any) -> Any:
    form = app.get("/login").forms[1]
    form["name"], form["password"] = name, password
    return form.submit(**rest)


def csrf(app: TestApp) -> dict[str, str]:
    return {"X-CSRF-Token": app.get("/login").forms[1]["csrf_token"].value}


# -- with a password ------------------------------------------------------------------------


def test_page_without_permission_redirects_to_login_and_back(closed: Site) -> None:
    answer = closed.app.get("/image/?order=rated", headers=HTML, status=303).follow()
    form = answer.forms[1]
    form["name"], form["password"] = "Alice", PASSWORD
    answer = form.submit(status=303)
    assert answer.location == "http://localhost/image/?order=rated"
    answer = answer.follow()
    assert "alice" in answer
    closed.app.post("/upload/api/", upload_files=FILES, headers=csrf(closed.app))


def test_request_without_permission_returns_401_to_programs(closed: Site) -> None:
    answer = closed.app.post("/upload/api/", upload_files=FILES, status=401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "token" in answer.text


@pytest.mark.parametrize(
    "back",
    ["//evil.example/", "https://evil.example", "/\\evil.example", "/a b", "/\r\nSet-Cookie:x"],
)
def test_login_redirects_to_this_site_only(closed: Site, back: str) -> None:
    form = closed.app.get("/login", {"back": back}).forms[1]
    form["name"], form["password"] = "alice", PASSWORD
    form["back"].force_value(back)
    assert form.submit(status=303).location == "http://localhost/"


@pytest.mark.parametrize(("name", "password"), [("alice", "wrong password"), ("bob", PASSWORD)])
def test_wrong_name_and_wrong_password_have_same_response(
    closed: Site, name: str, password: str
) -> None:
    answer = sign_in(closed.app, name, password, status=401)
    assert "Name or password is wrong." in answer
    assert password not in answer


def test_login_guesses_are_throttled_but_not_the_owner(closed: Site) -> None:
    sign_in(closed.app, status=303)
    attacker = TestApp(closed.app.app, extra_environ={"REMOTE_ADDR": "203.0.113.9"})
    for _ in range(5):
        sign_in(attacker, password="wrong password", status=401)
    answer = sign_in(attacker, status=429)
    assert int(answer.headers["Retry-After"]) >= 1
    sign_in(TestApp(closed.app.app), status=303)


def test_login_without_fields_returns_401(closed: Site) -> None:
    closed.app.post("/login", {}, status=401)


# -- sessions -------------------------------------------------------------------------------


def test_login_starts_a_new_session(closed: Site) -> None:
    """Who planted a session before knows neither the new one nor its token."""
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
    answers = [form.submit(status="*") for _ in range(8)]
    refused = next(answer for answer in answers if answer.status_int != 400)
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
    answer = sign_in(site.app, status=303)
    assert set(site.storage.metadata.annotations.of_image(image_id)) == {account.visitor_id}
    assert any(c.startswith("huimages_visitor=;") for c in answer.headers.getall("Set-Cookie"))
    site.app.post("/upload/api/?tags=sand", upload_files=FILES, headers=csrf(site.app))
    assert site.services.annotations.get(image_id, account.visitor_id).tags == (
        "sea",
        "sand",
    )
    assert site.services.annotations.get(image_id, visitor).is_empty
    site.services.close()


def test_login_moves_legacy_favourites_to_the_account(tmp_path: Path) -> None:
    site = Site(tmp_path)
    account = site.services.accounts.add("alice", "editor", PASSWORD)
    image_id = site.upload(PHOTO)
    old = "ORSXG5DUMVZXIZLTORSXG5DTMU"
    site.services.annotations.favorite(image_id, old, favorite=True)
    site.app.set_cookie("_hda", f"1262304000,{old}")
    sign_in(site.app, status=303)
    assert site.services.annotations.get(image_id, account.visitor_id).favorite
    site.services.close()


# -- a proxy that signs in ------------------------------------------------------------------


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[Site]:
    settings = {"proxy_addresses": "10.0.0.0/8", "proxy_user_header": "X-Remote-User"}
    site = Site(tmp_path, **CLOSED, **settings)
    site.services.accounts.add("alice", "editor", None)
    yield site
    site.services.close()


def by(address: str, user: str = "alice", **headers: str) -> dict[str, Any]:
    return {
        "headers": {"X-Remote-User": user, **headers},
        "extra_environ": {"REMOTE_ADDR": address},
    }


def test_proxy_header_is_accepted_from_proxies_only(proxied: Site) -> None:
    proxied.app.get("/", **by("10.1.2.3"), status=200)
    proxied.app.get("/", **by("203.0.113.9"), status=401)
    proxied.app.get("/", **by("203.0.113.9", **{"X-Forwarded-For": "10.1.2.3"}), status=401)
    proxied.app.get("/", **by("10.1.2.3", user=""), status=401)
    proxied.app.get("/", **by("not an address"), status=401)


def test_proxy_user_without_account_gets_configured_role(proxied: Site) -> None:
    proxied.app.get("/", **by("10.1.2.3", user="Bob@example.com"), status=200)
    headers = csrf_by(proxied, "bob")
    proxied.app.post("/upload/api/", upload_files=FILES, **headers, status=403)


def csrf_by(site: Site, user: str) -> dict[str, Any]:
    token = site.app.get("/login", **by("10.1.2.3", user=user)).forms[1]["csrf_token"].value
    return by("10.1.2.3", user=user, **{"X-CSRF-Token": token})


def test_proxy_sign_in_needs_csrf_token(proxied: Site) -> None:
    answer = proxied.app.post("/upload/api/", upload_files=FILES, **by("10.1.2.3"), status=400)
    assert "form has expired" in answer.text
    proxied.app.post("/upload/api/", upload_files=FILES, **csrf_by(proxied, "alice"), status=200)


def test_proxy_user_cannot_change_password(proxied: Site) -> None:
    proxied.app.get("/account", **by("10.1.2.3"), status=404)
    proxied.app.get("/account", **by("10.1.2.3", user="bob"), status=404)


def test_throttle_uses_client_ip_behind_proxy(proxied: Site) -> None:
    proxied.services.accounts.add("carol", "viewer", PASSWORD)
    for number in range(21):
        headers = {"X-Forwarded-For": f"198.51.100.{number}, 10.9.9.9"}
        environ = {"REMOTE_ADDR": "10.1.2.3"}
        fields = {"name": f"user{number}", "password": "wrong password"}
        TestApp(proxied.app.app).post(
            "/login", fields, headers=headers, extra_environ=environ, status=401
        )


# -- tokens ---------------------------------------------------------------------------------


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_upload_token_permits_upload_only(closed: Site) -> None:
    _, text = closed.services.tokens.add("shop", ["upload"])
    answer = closed.app.post("/upload/api/?tags=sea", upload_files=FILES, headers=bearer(text))
    assert len(closed.storage.metadata.annotations.of_image(answer.text)) == 1
    assert "Set-Cookie" not in answer.headers
    closed.app.get("/", headers=bearer(text), status=403)
    closed.app.get("/accounts/", headers=bearer(text), status=403)


@pytest.mark.parametrize(
    ("path", "file", "status"),
    [
        ("/upload/api/?title=New&artnr=2", "uploadfile", 200),
        ("/api/v1/images?title=New&artnr=2", "image", 200),
        ("/upload/known", "", 200),
    ],
)
def test_uploader_cannot_rename_stored_image(
    closed: Site, path: str, file: str, status: int
) -> None:
    image = closed.add(title="Old", references={"artnr": ["1"]})
    content = pictures.photo(60, 40)
    for scopes, title in ((["upload"], "Old"), (["upload", "edit"], "New")):
        _, text = closed.services.tokens.add("shop", scopes)
        fields = {} if file else {"id": image.id, "title": "New", "artnr": "2"}
        files = [(file, "a.jpeg", content)] if file else None
        closed.app.post(path, fields, upload_files=files, headers=bearer(text), status=status)
        image = closed.services.images.get_any(image.id)
        assert (image.title, image.references["artnr"]) == (title, ("1", "2"))


def test_uploader_sets_title_of_new_image(closed: Site) -> None:
    _, text = closed.services.tokens.add("shop", ["upload"])
    answer = closed.app.post(
        "/upload/api/?title=First", upload_files=FILES, headers=bearer(text), status=200
    )
    assert closed.services.images.get_any(answer.text).title == "First"


def test_revoked_token_returns_401(closed: Site) -> None:
    token, text = closed.services.tokens.add("shop", ["upload", "read"])
    closed.app.get("/", headers=bearer(text), status=200)
    closed.services.tokens.revoke(token.id)
    for answer in (
        closed.app.get("/", headers=bearer(text), status=401),
        closed.app.post("/upload/api/", upload_files=FILES, headers=bearer(text), status=401),
    ):
        assert "revoked" in answer.text


def test_invalid_token_with_valid_cookie_returns_401(closed: Site) -> None:
    sign_in(closed.app, status=303)
    closed.app.get("/", headers=bearer("hui_wrong"), status=401)
    closed.app.get("/", headers=bearer(""), status=401)


# -- the audit log --------------------------------------------------------------------------


def test_audit_log_contains_no_secrets(closed: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "huimages.audit")
    app = TestApp(closed.app.app, extra_environ={"REMOTE_ADDR": "192.0.2.1"})
    sign_in(app, "my-secret-typed-as-name", "x" * 12, status=401)
    sign_in(app, password="wrong password", status=401)
    sign_in(app, status=303)
    image_id = app.post("/upload/api/?title=a%0Ab", upload_files=FILES, headers=csrf(app)).text
    lines = [record.getMessage() for record in caplog.records if record.name == "huimages.audit"]
    events = [json.loads(line) for line in lines]
    assert [event["action"] for event in events] == [
        "sign-in failed",
        "sign-in failed",
        "signed in",
        "uploaded",
    ]
    assert events[3]["title"] == "a b"
    assert events[1]["account"] == "alice"
    assert events[3]["image"] == image_id
    assert events[3]["by_account"] == "alice"
    assert events[3]["by_address"] == "192.0.2.1"
    for secret in ("my-secret", PASSWORD, "wrong password"):
        assert secret not in "".join(lines)
