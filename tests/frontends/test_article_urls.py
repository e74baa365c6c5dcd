"""Stable URLs of articles behind nginx and lighttpd follow the order, not the dates of files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from email.utils import formatdate

import pytest

from tests.support import pictures
from tests.support.edge import Edge, edge
from tests.support.services import add

pytestmark = pytest.mark.slow

PATH = "/small/artnr/10106.jpeg"
ENDLESS = "public, max-age=300, stale-while-revalidate=86400"


@pytest.fixture(scope="module", params=["nginx", "lighttpd"])
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Edge]:
    with edge(request.param, tmp_path_factory.mktemp(request.param)) as site:
        yield site


@pytest.fixture
def images(shop: Edge) -> list[str]:
    """Two pictures of an article; the file of the second one is ten years older."""
    ids = [
        add(shop.services, pictures.photo(400, 300, seed=seed), references={"artnr": ["10106"]})
        .image.id
        for seed in range(2)
    ]  # fmt: skip
    for image_id in ids:
        assert shop.get(f"/small/{image_id}.jpeg").status_code == 200
    os.utime(shop.cached(ids[1], "240x160.jpeg"), (1_400_000_000, 1_400_000_000))
    arrange(shop, ids)
    return ids


def arrange(shop: Edge, ids: list[str]) -> None:
    """Change the order through the application, which then knows it at once."""
    response = shop.client.put(f"{shop.url}/api/v1/articles/10106/order", json={"order": ids})
    assert response.status_code == 200, response.text


def test_older_file_takes_the_place_of_a_newer_one(shop: Edge, images: list[str]) -> None:
    first = shop.get(PATH)
    assert first.content == shop.get(f"/small/{images[0]}.jpeg").content
    assert first.headers["Content-Location"].startswith(f"/240x160/{images[0]}/")
    assert first.headers["Cache-Control"] == ENDLESS
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert "Last-Modified" not in first.headers
    etag = first.headers["ETag"]
    unchanged = shop.get(PATH, If_None_Match=etag)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["ETag"] == etag
    arrange(shop, images[::-1])
    second = shop.get(f"/small/{images[1]}.jpeg").content
    now = formatdate(usegmt=True)
    for headers in ({"If_None_Match": etag}, {"If_Modified_Since": now}, {}):
        response = shop.get(PATH, **headers)
        assert (response.status_code, response.content) == (200, second), headers
        assert response.headers["Content-Location"].startswith(f"/240x160/{images[1]}/")
        assert response.headers["ETag"] != etag
        assert "Last-Modified" not in response.headers
    assert shop.get("/small/artnr/10106/2.jpeg").content == first.content


def test_ranges_of_different_pictures_are_never_mixed(shop: Edge, images: list[str]) -> None:
    whole = shop.get(PATH)
    part = shop.get(PATH, Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    arrange(shop, images[::-1])
    response = shop.get(PATH, Range="bytes=10-19", If_Range=whole.headers["ETag"])
    assert response.status_code == 200
    assert response.content == shop.get(f"/small/{images[1]}.jpeg").content


def test_number_with_a_slash_passes_the_web_server(shop: Edge) -> None:
    image = add(shop.services, pictures.photo(400, 300, seed=7), references={"artnr": ["1/2.5"]})
    for path in ("/small/artnr/1%252F2.5", "/small/artnr/1%252F2.5/1.webp"):
        response = shop.get(path)
        assert response.status_code == 200, path
        assert image.image.id in response.headers["Content-Location"]


def test_negotiated_response_varies_by_accept(shop: Edge, images: list[str]) -> None:
    assert shop.get(f"/small/{images[0]}.webp").status_code == 200
    response = shop.get("/small/artnr/10106.auto", Accept="image/webp,*/*")
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["Vary"] == "Accept"
