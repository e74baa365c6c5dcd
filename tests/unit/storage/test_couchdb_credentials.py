"""Credentials for CouchDB, and TLS."""

from __future__ import annotations

import logging
import ssl
import subprocess
from pathlib import Path

import couchdb
import pytest

from huimages_app.errors import BadSetting, StorageUnavailable
from huimages_app.storage.couchdb.database import Forbidden

from .conftest import FakeCouch, server_at


@pytest.mark.parametrize("password", ["pass", "p@ss:w/o%rd ü", "%40"])
@pytest.mark.parametrize("by", ["settings", "url", "both"])
def test_credentials_are_sent_and_never_shown(
    fake: FakeCouch, password: str, by: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    if by == "settings":
        server = server_at(fake.url, username="vera@home", password=password)
    elif by == "both":  # the password from a file
        server = server_at(f"http://vera%40home@{fake.host}/", password=password)
    else:
        quoted = couchdb.http.quote(password)
        server = server_at(f"http://vera%40home:{quoted}@{fake.host}/")
    server.database("db").get("x")
    asked = fake.asked[-1]
    assert asked[1] == "/db/x"
    assert asked[2]["Authorization"] == couchdb.http.basic_auth(("vera@home", password)).decode()
    fake.status, fake.content = 401, b'{"error": "unauthorized", "reason": "wrong password"}'
    with pytest.raises(Forbidden) as raised:
        server.database("db").get("x")
    server.close()
    fake.status = 500
    with pytest.raises(StorageUnavailable) as down:
        server.database("db").get("x")
    server.close()
    for text in (str(raised.value), repr(raised.value.__cause__), str(down.value), caplog.text):
        assert password not in text.replace("password", "")


@pytest.mark.parametrize(
    ("url", "given", "missing"),
    [
        ("http://vera@host/", {}, "password"),
        ("http://host/", {"username": "vera"}, "password"),
        ("http://host/", {"password": "secret"}, "username"),
    ],
)
def test_incomplete_credentials_raise_bad_setting(
    url: str, given: dict[str, str], missing: str
) -> None:
    with pytest.raises(BadSetting, match=rf"'huimages\.couchdb\.{missing}' is missing") as raised:
        server_at(url, **given)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("url", ["", "localhost:5984", "ftp://x/", "http:///db"])
def test_invalid_url_raises_bad_setting(url: str) -> None:
    with pytest.raises(BadSetting, match=r"huimages\.couchdb\.url"):
        server_at(url)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Write a self-signed certificate of 127.0.0.1, with its key in the same file."""
    file = tmp_path / "certificate.pem"
    key = tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=couchdb.test",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", file],
        check=True, capture_output=True,
    )  # fmt: skip
    file.write_text(file.read_text() + key.read_text())
    return file


def test_tls_verifies_certificate_and_host(fake: FakeCouch, certificate: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    fake.socket = context.wrap_socket(fake.socket, server_side=True)
    url = f"https://{fake.host}/"
    trusting = server_at(url, ca_bundle=str(certificate))
    for _ in range(2):
        assert trusting.database("db").get("x")
    trusting.close()
    assert len(fake.clients) == 1
    with pytest.raises(StorageUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        server_at(url).database("db").get("x")
    elsewhere = server_at(url.replace("127.0.0.1", "localhost"), ca_bundle=str(certificate))
    with pytest.raises(StorageUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        elsewhere.database("db").get("x")


def test_missing_ca_bundle_raises_bad_setting(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="CA bundle"):
        server_at("https://127.0.0.1/", ca_bundle=str(tmp_path / "missing.pem"))
