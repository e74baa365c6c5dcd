"""Files and pages that are sent compressed."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from webob import Request, Response
from webtest import TestApp

from tests.support.site import Site

GZIP = "br, gzip;q=0.5"
STATIC = Path("static")


def sent(browser: TestApp, path: str, status: int = 200, **headers: str) -> Response:
    """The response as it is sent: WebTest decompresses."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    response = Request.blank(path, headers=headers).get_response(browser.app)
    assert response.status_int == status
    return response


@pytest.mark.parametrize("name", ["site.css", "js/main.js", "icons.svg"])
def test_static_text_is_compressed_for_clients_that_accept_it(browser: TestApp, name: str) -> None:
    for _ in range(2):
        response = sent(browser, f"/static/{name}", Accept_Encoding=GZIP)
        assert response.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(response.body) == (STATIC / name).read_bytes()
        assert response.content_length == len(response.body)
        assert response.vary == ("Accept-Encoding",)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept_Encoding": "identity"},
        {"Accept_Encoding": "gzip;q=0"},
        {"Accept_Encoding": GZIP, "Range": "bytes=0-9"},
    ],
)
def test_static_text_is_plain_for_other_clients(browser: TestApp, headers: dict[str, str]) -> None:
    response = sent(browser, "/static/site.css", 206 if "Range" in headers else 200, **headers)
    content = (STATIC / "site.css").read_bytes()
    assert "Content-Encoding" not in response.headers
    assert response.body == (content[:10] if "Range" in headers else content)
    assert response.vary == ("Accept-Encoding",)


def test_unchanged_compressed_file_is_not_sent_again(browser: TestApp) -> None:
    first = sent(browser, "/static/site.css", Accept_Encoding=GZIP)
    known = {"If_Modified_Since": first.headers["Last-Modified"]}
    again = sent(browser, "/static/site.css", 304, Accept_Encoding=GZIP, **known)
    assert again.body == b""


def test_api_page_is_compressed_and_pages_with_tokens_are_not(site: Site, browser: TestApp) -> None:
    site.add()
    page = sent(browser, "/api/v1/", Accept_Encoding=GZIP)
    assert page.headers["Content-Encoding"] == "gzip"
    assert b"<h1>API</h1>" in gzip.decompress(page.body)
    assert "csrf" not in gzip.decompress(page.body).decode()
    assert "Content-Encoding" not in sent(browser, "/image/", Accept_Encoding=GZIP).headers
