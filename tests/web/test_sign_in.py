"""Signing in with a password, and the audit log."""

from __future__ import annotations

import json
import logging

import pytest
from webtest import TestApp

from tests.support.sign_in import FILES, HTML, PASSWORD, csrf, sign_in
from tests.support.site import Site


def test_page_without_permission_redirects_to_login_and_back(closed: Site) -> None:
    response = closed.app.get("/image/?order=rated", headers=HTML, status=303).follow()
    form = response.forms[1]
    form["name"], form["password"] = "Alice", PASSWORD
    response = form.submit(status=303)
    assert response.location == "http://localhost/image/?order=rated"
    response = response.follow()
    assert "alice" in response
    closed.app.post("/upload/api/", upload_files=FILES, headers=csrf(closed.app))


def test_request_without_permission_returns_401_to_programs(closed: Site) -> None:
    response = closed.app.post("/upload/api/", upload_files=FILES, status=401)
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "token" in response.text


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
    response = sign_in(closed.app, name, password, status=401)
    assert "Name or password is wrong." in response
    assert password not in response


def test_login_guesses_are_throttled_but_not_the_owner(closed: Site) -> None:
    sign_in(closed.app, status=303)
    attacker = TestApp(closed.app.app, extra_environ={"REMOTE_ADDR": "203.0.113.9"})
    for _ in range(5):
        sign_in(attacker, password="wrong password", status=401)
    response = sign_in(attacker, status=429)
    assert int(response.headers["Retry-After"]) >= 1
    sign_in(TestApp(closed.app.app), status=303)


def test_login_without_fields_returns_401(closed: Site) -> None:
    closed.app.post("/login", {}, status=401)


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
