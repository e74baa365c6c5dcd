"""Response headers that repeat parts of a request fit the buffer of a web server in front."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.site import CLOSED, Site

LONG = "ä" * 3000
BUFFER = 4096  # bytes of all headers: the default of nginx on most machines


def size_of_headers(response: object) -> int:
    return sum(len(name) + len(value) + 4 for name, value in response.headerlist)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path",
    [
        "/upload/?x=LONG",
        "/image/ID/?in=tag:LONG",
        "/image/ID/next?in=tag:LONG",
        "/image/ID/previous?in=search:LONG",
        "/75x75!1,1/ID/LONG.jpeg",
        "/o/ID/LONG.jpeg",
        "/api/v1/images?limit=1&ref.a=R&ref.b=R&ref.c=R&ref.d=R&ref.e=R&ref.f=R&ref.g=R",
        "/login?back=/LONG",
    ],
)
@pytest.mark.parametrize("kind", ["open", "closed"])
def test_headers_of_long_request_stay_short(
    tmp_path_factory: pytest.TempPathFactory, path: str, kind: str
) -> None:
    site = Site(tmp_path_factory.mktemp(kind), **(CLOSED if kind == "closed" else {}))
    references = {key: ["ä" * 200] for key in "abcdefg"}
    for seed in range(3):
        image = site.add(seed, references=references)
    path = path.replace("ID", image.id).replace("LONG", quote(LONG)).replace("R", quote("ä" * 200))
    response = site.browser().get(path, status="*")
    assert response.status_int < 500
    assert size_of_headers(response) < BUFFER
    site.close()


def test_login_redirects_to_short_path_only(tmp_path: Path) -> None:
    site = Site(tmp_path, **CLOSED)
    browser = site.browser()
    assert browser.get("/upload/?a=b").location.endswith("/login?back=%2Fupload%2F%3Fa%3Db")
    assert browser.get(f"/upload/?a={'b' * 2000}").location.endswith("/login")
    page = browser.get(f"/login?back=/{'b' * 2000}")
    assert page.html.select_one("input[name=back]")["value"] == "/"
    site.close()
