"""Request IDs in responses and log lines, slow requests, and no secrets in any line."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from webtest import TestApp

from huimages_app.observation import logs
from tests.support import pictures
from tests.support.site import Site

FORMAT = "%(levelname)s %(name)s %(request)s %(message)s"
MADE = re.compile(r"[0-9a-f]{16}")


@contextmanager
def logged(level: int = logging.DEBUG) -> Iterator[io.StringIO]:
    """Collect all lines of all loggers."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Line(FORMAT))
    before = logging.root.level
    logging.root.addHandler(handler)
    logging.root.setLevel(level)
    try:
        yield stream
    finally:
        logging.root.removeHandler(handler)
        logging.root.setLevel(before)


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, proxy_addresses="192.0.2.7", **{"log.slow": "0.000001"})
    site.app = TestApp(site.app.app, extra_environ={"REMOTE_ADDR": "192.0.2.7"})
    yield site
    site.close()


def test_id_of_proxy_is_returned_with_misses_hits_errors_and_pages(proxied: Site) -> None:
    image_id = proxied.upload(pictures.photo(60, 40))
    path = f"/30x30/{image_id}"
    for number, (url, status) in enumerate(
        [(path, 200), (path, 200), ("/nothing", 404), ("/", 200), ("/static/site.css", 200)]
    ):
        sent = f"edge-{number}"
        response = proxied.app.get(url, headers={"X-Request-ID": sent}, status=status)
        assert response.headers["X-Request-ID"] == sent
    response = proxied.app.get(path, headers={"X-Request-ID": "no token"})
    assert MADE.fullmatch(response.headers["X-Request-ID"])


def test_id_of_other_client_is_not_taken(site: Site) -> None:
    first, second = (
        site.app.get("/healthz", headers={"X-Request-ID": "mine"}).headers["X-Request-ID"]
        for _ in range(2)
    )
    assert MADE.fullmatch(first)
    assert first != second


def test_every_line_of_a_request_has_its_id(proxied: Site) -> None:
    image_id = proxied.upload(pictures.photo(60, 40))
    proxied.services.worker.join()  # it makes the previews
    with logged() as lines:
        proxied.app.get(f"/30x30/{image_id}", headers={"X-Request-ID": "edge-1"})
        (proxied.folder / "originals").rename(proxied.folder / "elsewhere")
        proxied.app.get(f"/31x31/{image_id}", headers={"X-Request-ID": "edge-2"}, status=503)
        (proxied.folder / "elsewhere").rename(proxied.folder / "originals")
    found = [line for line in lines.getvalue().splitlines() if " huimages_app." in line]
    assert [line for line in found if " edge-1 rendered" in line]
    assert [line for line in found if " edge-2 request failed" in line]
    assert [line for line in found if " edge-1 " not in line and " edge-2 " not in line] == []


def test_slow_request_is_logged_with_its_steps(proxied: Site) -> None:
    image_id = proxied.upload(pictures.photo(60, 40))
    with logged(logging.WARNING) as lines:
        proxied.app.get(f"/33x33/{image_id}/a%20b.jpeg", headers={"X-Request-ID": "edge-1"})
    (line,) = lines.getvalue().splitlines()
    assert re.fullmatch(
        r"WARNING huimages_app\.web\.observed_requests edge-1 slow request method=GET "
        rf"path=/33x33/{image_id}/a%20b\.jpeg view=image_files\.image_file status=200 "
        r"seconds=[0-9.]+ sqlite\.read=[0-9.]+ wait=[0-9.]+ files\.open=[0-9.]+ fetch=[0-9.]+ "
        r"decode=[0-9.]+ scale=[0-9.]+ encode=[0-9.]+",
        line,
    ), line


def test_ordinary_request_is_not_logged(site: Site) -> None:
    with logged(logging.INFO) as lines:
        site.app.get("/")
    assert lines.getvalue() == ""


def test_log_lines_hold_no_secrets(tmp_path: Path) -> None:
    """Signatures, passwords, cookies and tokens of requests that succeed, fail and are slow."""
    site = Site(tmp_path, signed="all", **{"log.slow": "0.000001"})
    image_id = site.upload(pictures.photo(60, 40))
    path = f"/30x30/{image_id}.jpeg"
    url = site.services.urls.url(image_id, "30x30")
    signature = url.partition("s=")[2]
    assert len(signature) == 32
    _, token = site.services.tokens.add("program", ["read", "edit"])
    site.services.accounts.add("eve", "editor", "the right password")
    bearer = {"Authorization": f"Bearer {token}"}
    with logged() as lines:
        assert site.app.get(url).status_int == 200
        site.app.get(f"{path}?s={'A' * 32}", status=403)
        site.app.get(f"/api/v1/images/{image_id}", headers=bearer)
        site.app.get("/api/v1/images", headers={"Authorization": f"Bearer {token}x"}, status=401)
        browser = site.browser()
        form = browser.get("/login").forms[1]
        form["name"], form["password"] = "eve", "the right password"
        form.submit(status=303)
        browser.get("/account")
        form = site.browser().get("/login").forms[1]
        form["name"], form["password"] = "the right password", "wrong"
        form.submit(status=401)
        (tmp_path / "originals").rename(tmp_path / "elsewhere")
        other = site.services.urls.url(image_id, "31x31")
        site.app.get(other, status=503, headers=bearer)
        (tmp_path / "elsewhere").rename(tmp_path / "originals")
        # What a library might log.
        logging.getLogger("urllib3").debug("GET %s cookie huimages=%s", url, "abc")
    cookies = [cookie.value for cookie in browser.cookiejar]
    text = lines.getvalue()
    assert text.count("slow request") >= 6
    assert cookies
    for secret in (
        signature, other.partition("s=")[2], "A" * 32, token, "the right password", *cookies
    ):  # fmt: skip
        assert secret.strip('"') not in text
    site.close()
