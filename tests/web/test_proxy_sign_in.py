"""Sign-in by a proxy in front of the site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp

from tests.support.sign_in import FILES, PASSWORD
from tests.support.site import CLOSED, Site


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[Site]:
    settings = {"proxy_addresses": "10.0.0.0/8", "proxy_user_header": "X-Remote-User"}
    site = Site(tmp_path, **CLOSED, **settings)
    site.services.accounts.add("alice", "editor", None)
    yield site
    site.close()


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
    response = proxied.app.post("/upload/api/", upload_files=FILES, **by("10.1.2.3"), status=400)
    assert "form has expired" in response.text
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
