"""The short way of cache hits: the same answers as the long way gives, and fewer of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyramid.events import NewRequest
from webtest import TestApp

from huimages_app.app import make_app
from huimages_app.observation.request_ids import HEADER
from huimages_app.web.observed_requests import ObservedRequests
from tests.support import pictures
from tests.support.site import Site

CHROME = "image/avif,image/webp,*/*;q=0.8"


class NoHits:
    def response(self, environ: dict[str, Any]) -> None:
        return None


class Ways:
    """A site, asked by the short way where there is one, or by the long one in any case."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._router = make_app(site.settings, site.services)  # whose policy changes
        self._policy = self._router.execution_policy
        self._long: list[NewRequest] = []  # what Pyramid had to do with
        self._router.registry.registerHandler(self._long.append, (NewRequest,))

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        scheme: str = "http",
        long: bool = False,
        **headers: str,
    ) -> Any:
        """The answer; `_` in the names of headers stands for `-`."""
        no_hits: Any = NoHits()
        without_hits = ObservedRequests(no_hits, (), 0)
        self._router.execution_policy = without_hits if long else self._policy
        app = TestApp(self._router, extra_environ={"wsgi.url_scheme": scheme})
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return app.request(path, method=method, headers=named, status="*")

    def is_short(self, path: str, **asked: str) -> bool:
        """Return whether the response was sent without Pyramid."""
        self._long.clear()
        self.ask(path, **asked)
        return not self._long


def filled(site: Site) -> str:
    """The ID of an image of which there are several renditions."""
    id_ = site.upload(pictures.photo(width=300, height=200))
    for size in ("64x64", "75x75!", "300x300@2x"):
        for extension in ("jpeg", "webp", "avif", "png"):
            site.app.get(f"/{size}/{id_}.{extension}")
    return id_


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    site = Site(tmp_path_factory.mktemp("site"))
    yield Ways(site)
    site.close()


@pytest.fixture(scope="module")
def image_id(ways: Ways) -> str:
    return filled(ways.site)


SHORT = [
    "/64x64/{}",
    "/64x64/{}.jpeg",
    "/64x64/{}.JPG",
    "/64x64/{}.webp",
    "/64x64/{}.auto",
    "/64x64/{}/red-chair.jpeg",
    "/64x64/{}/version-1.5",
    "/64x64/{}/any%20name.png",
    "/64x64/{}/a.auto",
    "/square/{}.jpeg",
    "/75x75!/{}/@name.jpeg",
    "/300x300@2x/{}.png",
]
LONG = [
    "/64x64/{}/Sch%C3%B6n.jpeg",
    "/64x64/{}/%ff.jpeg",
    "/64x64/{}/",
    "/64x64/{}/.",
    "/64x64/{}/..",
    "/64x64/{}/@@a.jpeg",
    "/64x64/{}/a/b",
    "//64x64/{}",
    "/64x64/{}.jpeg?s=x",
    "/64x64/{}.gif",
    "/64x64/{}.jpeg.jpeg",
    "/65x65/{}.jpeg",
    "/064x64/{}.jpeg",
    "/o/{}",
    "/image/{}",
    "/image/{}/",
    "/trash/{}",
    "/healthz",
]


@pytest.mark.parametrize("path", SHORT)
def test_plain_hit_bypasses_pyramid(ways: Ways, image_id: str, path: str) -> None:
    assert ways.is_short(path.format(image_id))
    assert ways.is_short(path.format(image_id), method="HEAD")


@pytest.mark.parametrize("path", LONG)
def test_other_request_passes_pyramid(ways: Ways, image_id: str, path: str) -> None:
    assert not ways.is_short(path.format(image_id))


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "DELETE"])
def test_other_method_passes_pyramid(ways: Ways, image_id: str, method: str) -> None:
    assert not ways.is_short(f"/64x64/{image_id}", method=method)


@pytest.mark.parametrize(
    "name",
    ["Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"],
)
def test_conditional_request_passes_pyramid(ways: Ways, image_id: str, name: str) -> None:
    assert not ways.is_short(f"/64x64/{image_id}", **{name: "bytes=0-1"})


@pytest.mark.parametrize("path", SHORT)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("asked", [{}, {"scheme": "https", "Accept": CHROME, "Cookie": "a=b"}])
def test_hit_has_same_response_with_and_without_pyramid(
    ways: Ways, image_id: str, path: str, method: str, asked: dict[str, str]
) -> None:
    short = ways.ask(path.format(image_id), method=method, **asked)
    long = ways.ask(path.format(image_id), method=method, long=True, **asked)
    assert short.status == long.status == "200 OK"
    assert short.body == long.body
    # Each request has an ID of its own.
    assert len({response.headers.pop(HEADER) for response in (short, long)}) == 2
    assert sorted(short.headers.items()) == sorted(long.headers.items())


def test_large_hit_is_streamed(ways: Ways) -> None:
    image_id = ways.site.upload(pictures.photo(width=600, height=400))
    path = f"/600x400/{image_id}.png"
    made = ways.ask(path)
    assert len(made.body) > 64 * 1024
    assert ways.is_short(path)
    assert ways.ask(path).body == made.body


@pytest.fixture(params=[{"sizes.allowed": "64x64"}, {"signed": "all"}])
def fenced(request, tmp_path: Path) -> Iterator[Ways]:
    ways = Ways(Site(tmp_path, **request.param))
    yield ways
    ways.site.close()


def test_unsigned_hit_of_limited_size_is_refused(fenced: Ways) -> None:
    site = fenced.site
    image_id = site.upload(pictures.photo(width=300, height=200))
    url = site.services.urls.url(image_id, "33x33").removeprefix("http://localhost")
    assert fenced.ask(url).status_int == 200
    assert fenced.ask(url).status_int == 200
    path = url.partition("?")[0]
    assert path != url
    assert fenced.ask(path).status_int == 403
    assert fenced.ask(path + "?s=" + "A" * 32).status_int == 403


def test_removed_image_is_no_hit(site: Site) -> None:
    ways = Ways(site)
    path = f"/64x64/{filled(site)}"
    assert ways.is_short(path)
    site.services.editing.trash(path.rpartition("/")[2])
    assert ways.ask(path).status_int == 404
