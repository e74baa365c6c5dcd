"""Conditional and range requests, as RFC 9110 defines them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from tests.support import pictures
from tests.support.site import Site

PHOTO = pictures.photo(60, 40)


@pytest.fixture
def original(site: Site) -> str:
    return f"/o/{site.upload(PHOTO)}"


@pytest.mark.parametrize("path", ["/o/ID", "/30x20/ID.jpeg", "/30x20/ID.auto", "/api/v1/images/ID"])
def test_if_none_match_any_returns_304(site: Site, path: str) -> None:
    path = path.replace("ID", site.upload(PHOTO))
    for _ in range(2):  # a miss and a hit
        response = site.app.get(path, headers={"If-None-Match": " * "}, status=304)
        assert response.body == b""
        assert "Content-Length" not in response.headers
    site.app.get(path, headers={"If-None-Match": '"*"'}, status=200)


@pytest.mark.parametrize("has_version", [True, False])
def test_if_none_match_any_of_static_file_returns_304(site: Site, has_version: bool) -> None:
    href = "/static/site.css"
    if has_version:
        href = site.app.get("/").html.select_one("link[rel=stylesheet]")["href"]
    response = site.app.get(href, headers={"If-None-Match": "*"}, status=304)
    assert response.body == b""
    assert response.cache_control.max_age
    whole = site.app.get(href, headers={"If-None-Match": '"a"'}, status=200)
    assert whole.content_type == "text/css"
    part = site.app.get(href, headers={"Range": "bytes=1-3"}, status=206)
    assert part.body == whole.body[1:4]
    date = whole.headers["Last-Modified"]
    site.app.get(href, headers={"If-Modified-Since": date}, status=304)


def test_if_none_match_any_of_unknown_static_file_returns_404(site: Site) -> None:
    site.app.get("/static/none.css", headers={"If-None-Match": "*"}, status=404)


def test_if_none_match_any_of_unknown_image_returns_404(site: Site) -> None:
    site.app.get(f"/o/{'A' * 32}01", headers={"If-None-Match": "*"}, status=404)


@pytest.mark.parametrize("text", ["-0", "-000", "999999-", f"{len(PHOTO)}-", "-0,"])
def test_unsatisfiable_range_returns_416(site: Site, original: str, text: str) -> None:
    response = site.app.get(original, headers={"Range": f"bytes={text}"}, status=416)
    assert response.headers["Content-Range"] == f"bytes */{len(PHOTO)}"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("0-0", 0, 1),
        ("-1", len(PHOTO) - 1, len(PHOTO)),
        (f"-{len(PHOTO)}", 0, len(PHOTO)),
        ("-999999999", 0, len(PHOTO)),
        ("5-999999", 5, len(PHOTO)),
        ("5-9,", 5, 10),
    ],
)
def test_single_range_returns_206(
    site: Site, original: str, text: str, first: int, last: int
) -> None:
    response = site.app.get(original, headers={"Range": f"bytes={text}"}, status=206)
    assert response.body == PHOTO[first:last]
    assert response.headers["Content-Range"] == f"bytes {first}-{last - 1}/{len(PHOTO)}"


@pytest.mark.parametrize("text", ["0-1,5-9", "0-1, -1", "-1,0-", "0-1,0-1,0-1", "0-1,x"])
def test_several_ranges_return_the_whole(site: Site, original: str, text: str) -> None:
    response = site.app.get(original, headers={"Range": f"bytes={text}"}, status=200)
    assert response.body == PHOTO


@pytest.mark.parametrize("path", ["/o/ID", "/30x20/ID.jpeg"])
@pytest.mark.parametrize("created", ["2150-01-01T00:00:00Z", "2020-01-01T00:00:00Z"])
def test_last_modified_is_not_after_date(site: Site, path: str, created: str) -> None:
    site.app.post(
        f"/api/v1/images?created={created}", PHOTO, {"Content-Type": "image/jpeg"}, status=201
    )
    [image] = site.services.images.random(1)
    response = site.app.get(path.replace("ID", image.id))
    modified = parsedate_to_datetime(response.headers["Last-Modified"])
    assert modified <= datetime.now(UTC)
