"""CSRF protection, cookies and headers of all views."""

from __future__ import annotations

from pathlib import Path

import pytest
from webtest import TestApp

from huimages_app.app import make_app
from huimages_app.config.settings import Settings
from huimages_app.errors import BadSetting
from tests.support import pictures
from tests.support.site import Site

FILES = [("uploadfile", "a.jpeg", pictures.photo(width=60, height=40))]
HTTPS = {"wsgi.url_scheme": "https", "HTTP_HOST": "localhost"}


# -- cross-site requests --------------------------------------------------------------------


def test_change_without_cookies_needs_no_csrf_token(site: Site) -> None:
    assert site.app.post("/upload/api/", upload_files=FILES).status_int == 200


def test_change_with_session_needs_csrf_token(site: Site) -> None:
    form = site.app.get("/upload/").forms["upload"]
    site.app.post("/upload/api/", upload_files=FILES, status=400)
    token = form["csrf_token"].value
    site.app.post("/upload/api/", upload_files=FILES, headers={"X-CSRF-Token": token})
    site.app.post("/upload", {"csrf_token": token}, upload_files=FILES, status=200)
    site.app.post("/upload", {"csrf_token": token[::-1]}, upload_files=FILES, status=400)


def test_csrf_token_of_other_session_is_refused(site: Site) -> None:
    other = TestApp(site.app.app).get("/upload/").forms["upload"]["csrf_token"].value
    site.app.get("/upload/")
    site.app.post("/upload/api/", upload_files=FILES, headers={"X-CSRF-Token": other}, status=400)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://localhost:80"])
def test_change_from_other_origin_is_refused_with_csrf_token(site: Site, origin: str) -> None:
    token = site.app.get("/upload/").forms["upload"]["csrf_token"].value
    headers = {"Origin": origin, "X-CSRF-Token": token}
    response = site.app.post("/upload/api/", upload_files=FILES, headers=headers, status=400)
    assert "huimages.origins" in response.text


@pytest.mark.parametrize("where", ["cross-site", "same-site"])
def test_cross_site_fetch_without_origin_is_refused(site: Site, where: str) -> None:
    headers = {"Sec-Fetch-Site": where}
    site.app.post("/upload/api/", upload_files=FILES, headers=headers, status=400)


def test_configured_origin_is_accepted(tmp_path: Path) -> None:
    site = Site(tmp_path, origins="https://pictures.example.com/")
    for origin in ("http://localhost", "https://pictures.example.com"):
        site.app.post("/upload/api/", upload_files=FILES, headers={"Origin": origin})
    site.close()


# -- cookies --------------------------------------------------------------------------------


def test_reading_sets_no_cookie(site: Site) -> None:
    image_id = site.upload(FILES[0][2])
    for path in (f"/240x160/{image_id}", f"/o/{image_id}", "/healthz", "/static/site.css", "/no"):
        assert "Set-Cookie" not in site.app.get(path, status="*").headers


def test_cookies_are_httponly_and_samesite(site: Site) -> None:
    for extra, prefix in (({}, "huimages="), (HTTPS, "__Host-huimages=")):
        app = TestApp(site.app.app, extra_environ=extra)
        response = app.get("/upload/")
        cookie = response.headers["Set-Cookie"]
        assert cookie.startswith(prefix)
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert ("secure" in cookie.lower()) is bool(extra)
        assert response.headers["Cache-Control"] == "private, no-store"


def test_first_annotation_sets_visitor_cookie(site: Site) -> None:
    response = site.app.post("/upload/api/?tags=sea", upload_files=FILES)
    [cookie] = [c for c in response.headers.getall("Set-Cookie") if "visitor" in c]
    assert "Max-Age=94608000" in cookie
    assert "HttpOnly" in cookie
    [visitor] = site.storage.metadata.annotations.of_image(response.text)
    token = site.app.get("/upload/").forms["upload"]["csrf_token"].value
    site.app.post("/upload/api/?tags=sand", upload_files=FILES, headers={"X-CSRF-Token": token})
    assert site.services.annotations.get(response.text, visitor).tags == ("sea", "sand")


def test_visitor_cookie_with_wrong_signature_is_ignored(site: Site) -> None:
    response = site.app.post("/upload/api/?tags=sea", upload_files=FILES)
    [visitor] = site.storage.metadata.annotations.of_image(response.text)
    forger = TestApp(site.app.app)
    forger.set_cookie("huimages_visitor", visitor)
    token = forger.get("/upload/").forms["upload"]["csrf_token"].value
    forger.post("/upload/api/?tags=evil", upload_files=FILES, headers={"X-CSRF-Token": token})
    assert site.services.annotations.get(response.text, visitor).tags == ("sea",)


# -- the cookie of huImages 2.2 -------------------------------------------------------------

OLD = "ORSXG5DUMVZXIZLTORSXG5DTMU"


def test_legacy_cookie_copies_favourites_only(site: Site) -> None:
    metadata = site.storage.metadata
    image_id = site.upload(FILES[0][2])
    site.services.annotations.favorite(image_id, OLD, favorite=True)
    site.services.annotations.rate(image_id, OLD, 7)
    before = metadata.annotations.get(image_id, OLD)
    site.app.set_cookie("_hda", f"1262304000,{OLD},1262305000")
    token = site.app.get("/upload/").forms["upload"]["csrf_token"].value
    response = site.app.post(
        "/upload/api/?tags=mine", upload_files=FILES, headers={"X-CSRF-Token": token}
    )
    assert metadata.annotations.get(image_id, OLD) == before
    [new] = set(metadata.annotations.of_image(image_id)) - {OLD}
    assert metadata.annotations.get(image_id, new).favorite
    assert metadata.annotations.get(image_id, new).rating is None
    assert metadata.annotations.get(image_id, new).tags == ("mine",)
    assert any(c.startswith("_hda=;") for c in response.headers.getall("Set-Cookie"))


def test_favourites_page_shows_favourites_of_legacy_cookie(site: Site) -> None:
    image_id = site.upload(FILES[0][2])
    site.services.annotations.favorite(image_id, OLD, favorite=True)
    assert image_id not in site.app.get("/favorites/")
    site.app.set_cookie("_hda", f"1262304000,{OLD}")
    response = site.app.get("/favorites/")
    assert image_id in response
    assert any(c.startswith("_hda=;") for c in response.headers.getall("Set-Cookie"))
    assert image_id in site.app.get("/favorites/")


@pytest.mark.parametrize("comma", [",", "\\054"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_legacy_cookie_is_read_in_original_form(site: Site, comma: str, quote: str) -> None:
    image_id = site.upload(FILES[0][2])
    site.services.annotations.favorite(image_id, OLD, favorite=True)
    value = comma.join(["1262304000", OLD, "1262305000"])
    cookie = f"a=b; _hda={quote}{value}{quote}; c=d"
    assert image_id in TestApp(site.app.app).get("/favorites/", headers={"Cookie": cookie})


@pytest.mark.parametrize("cookie", ["", "1262304000", "1,../../x", f"1,{OLD.lower()}", "1,A"])
def test_malformed_legacy_cookie_is_ignored(site: Site, cookie: str) -> None:
    site.app.set_cookie("_hda", cookie)
    token = site.app.get("/upload/").forms["upload"]["csrf_token"].value
    response = site.app.post(
        "/upload/api/?tags=a", upload_files=FILES, headers={"X-CSRF-Token": token}
    )
    assert len(site.storage.metadata.annotations.of_image(response.text)) == 1


# -- headers --------------------------------------------------------------------------------


def test_pages_have_restrictive_content_security_policy(tmp_path: Path) -> None:
    site = Site(tmp_path, image_url="https://img.example.com/pictures")
    headers = site.app.get("/").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["img-src"] == "'self' data: blob: https://img.example.com"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers
    site.close()


@pytest.mark.parametrize("path", ["/", "/no-such-page", "/healthz", "/%ff"])
def test_https_response_has_hsts_header(site: Site, path: str) -> None:
    response = site.app.get(path, extra_environ=HTTPS, status="*")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


# -- least privilege ------------------------------------------------------------------------


def test_default_settings_open_image_files_only(tmp_path: Path) -> None:
    closed = {f"who.{what}": who for what, who in [("view", "viewer"), ("upload", "editor")]}
    site = Site(tmp_path, **closed)
    site.app.get("/", status=401)
    site.app.post("/upload/api/", upload_files=FILES, status=401)
    site.close()


def test_missing_secret_prevents_the_start(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with pytest.raises(BadSetting, match=r"huimages\.secret' is missing"):
        make_app(Settings(), site.services)
    site.close()
