"""The manifest of the installed app, and the worker of the share menu."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from webtest import TestApp

from huimages_app.web.views.installation import GROUND
from tests.support.site import Site


def test_manifest_has_the_name_and_the_icons(site: Site, browser: TestApp) -> None:
    response = browser.get("/manifest.webmanifest")
    assert response.content_type == "application/manifest+json"
    manifest = response.json
    assert manifest["name"] == "huImages"
    kinds = {(icon["purpose"], icon["sizes"]) for icon in manifest["icons"]}
    assert kinds == {(kind, f"{s}x{s}") for kind in ("any", "maskable") for s in (192, 512)}
    for icon in manifest["icons"]:
        with Image.open(io.BytesIO(browser.get(icon["src"]).body)) as picture:
            assert "{}x{}".format(*picture.size) == icon["sizes"]
            assert picture.format == "PNG"


def test_manifest_is_returned_without_cookies(closed: Site) -> None:
    response = closed.app.get("/manifest.webmanifest")
    assert "Set-Cookie" not in response.headers
    assert closed.app.get("/login").html.select_one("link[rel=manifest]")["href"] == (
        "/manifest.webmanifest"
    )


@pytest.mark.parametrize("ini", [{"name": "Müller & Söhne"}])
def test_name_of_the_site_is_a_setting(tmp_path: Path, ini: dict[str, str]) -> None:
    site = Site(tmp_path, **ini)
    assert site.app.get("/manifest.webmanifest").json["name"] == "Müller & Söhne"
    assert site.browser().get("/").html.title.text == "Müller & Söhne"
    site.close()


def test_colours_are_those_of_the_tokens(browser: TestApp) -> None:
    tokens = Path("static/tokens.css").read_text(encoding="utf-8")
    light, dark = re.findall(r"--ground: (#\w+);", tokens)[:2]
    assert light.replace("#fff", "#ffffff") == GROUND
    colours = [meta["content"] for meta in browser.get("/").html.select("meta[name=theme-color]")]
    assert colours == [GROUND, dark]


def test_worker_is_limited_to_uploads_and_may_request_nothing(browser: TestApp) -> None:
    response = browser.get("/upload/worker.js")
    assert response.content_type == "text/javascript"
    assert "Service-Worker-Allowed" not in response.headers
    assert response.headers["Content-Security-Policy"] == "default-src 'none'"


def test_pictures_that_miss_the_worker_are_not_stored(site: Site, browser: TestApp) -> None:
    picture = ("uploadfile", "shared.png", Path("tests/pictures/coffee.jpeg").read_bytes())
    browser.post("/upload/share", upload_files=[picture], status=404)
    assert site.services.images.count() == 0
