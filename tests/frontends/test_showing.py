"""Rights that end behind nginx and lighttpd: the application authorizes every response."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from huimages_app.domain.models import Image
from tests.support import pictures
from tests.support.days import day, limit
from tests.support.edge import Edge, edge
from tests.support.services import add

pytestmark = pytest.mark.slow

DAY = 86_400


@pytest.fixture(scope="module", params=["nginx", "lighttpd"])
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp(request.param)
    with edge(request.param, folder, **{"sizes": "icon = 64x64! webp"}) as site:
        yield site


@pytest.fixture
def image(shop: Edge) -> Image:
    content = pictures.photo(400, 300, seed=time.time_ns() % 10_000)
    return add(shop.services, content, references={"artnr": ["10106"]}).image


def urls(image: Image) -> list[str]:
    return [
        f"/small/{image.id}.jpeg",
        f"/240x160/{image.id}/quay.webp",
        f"/square@2x/{image.id}",
        f"/o/{image.id}",
    ]


def test_ended_image_is_refused_although_it_is_cached(shop: Edge, image: Image) -> None:
    for url in urls(image):
        assert shop.get(url).headers["Cache-Control"].startswith("public, max-age=31536000")
    limit(shop.services, image, until=day(0))
    for _ in range(2):  # a miss, and a hit
        for url in urls(image):
            response = shop.get(url)
            assert response.status_code == 200, url
            # lighttpd appends `immutable`, which counts within max-age only.
            caching = response.headers["Cache-Control"].removesuffix(", immutable")
            seconds = int(caching.removeprefix("public, max-age="))
            assert seconds <= DAY - time.time() % DAY + 1
            assert response.headers["X-Content-Type-Options"] == "nosniff"
    limit(shop.services, image, until=day(-1))
    for url in urls(image):
        assert shop.get(url).status_code == 410, url
    limit(shop.services, image, until="")
    assert shop.get(urls(image)[0]).headers["Cache-Control"].endswith("immutable")


def test_hit_is_sent_by_the_web_server_but_not_without_the_application(
    shop: Edge, image: Image
) -> None:
    limit(shop.services, image, until=day(1))
    path = f"/240x160/{image.id}.jpeg"
    whole = shop.get(path)
    assert shop.cached(image.id, "LIMITED-240x160.jpeg").read_bytes() == whole.content
    part = shop.get(path, Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    unchanged = shop.get(path, If_Modified_Since=whole.headers["Last-Modified"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_path_of_the_file_opens_nothing(shop: Edge, image: Image) -> None:
    limit(shop.services, image, until=day(1))
    assert shop.get(f"/240x160/{image.id}.jpeg").status_code == 200
    folder = f"/{image.id[:2]}/{image.id}"
    for path in (
        f"{folder}/LIMITED-240x160.jpeg",
        f"/LIMITED-240x160/{image.id}.jpeg",
        f"/huimages-cache{folder}/LIMITED-240x160.jpeg",
        f"/240x160/..{folder}/LIMITED-240x160.jpeg",
        f"/LIMITED-240x160@2x/{image.id}.jpeg",
    ):
        assert b" 404 " in shop.raw(path).splitlines()[0], path


def test_preset_of_an_image_with_an_end_is_not_found_by_the_web_server(
    shop: Edge, image: Image
) -> None:
    limit(shop.services, image, until=day(0))
    path = f"/icon/{image.id}.webp"
    for _ in range(2):
        assert shop.get(path).status_code == 200
    limit(shop.services, image, until=day(-1))
    assert shop.get(path).status_code == 410
