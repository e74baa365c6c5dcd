"""Cache hits that bypass Pyramid: which requests do, and that their responses are the same."""

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


class Client:
    """Sends requests, which bypass Pyramid where they can, or never with `all_steps`."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._router = make_app(site.settings, site.services)  # whose policy changes
        self._policy = self._router.execution_policy
        self._handled: list[NewRequest] = []  # requests that Pyramid has handled
        self._router.registry.registerHandler(self._handled.append, (NewRequest,))

    def send(
        self,
        path: str,
        *,
        method: str = "GET",
        scheme: str = "http",
        all_steps: bool = False,
        **headers: str,
    ) -> Any:
        """Return the response; `_` in the names of headers stands for `-`."""
        no_hits: Any = NoHits()
        without_hits = ObservedRequests(no_hits, (), 0)
        self._router.execution_policy = without_hits if all_steps else self._policy
        app = TestApp(self._router, extra_environ={"wsgi.url_scheme": scheme})
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return app.request(path, method=method, headers=named, status="*")

    def bypasses_pyramid(self, path: str, **options: str) -> bool:
        """Return whether the response was sent without Pyramid."""
        self._handled.clear()
        self.send(path, **options)
        return not self._handled


def filled(site: Site) -> str:
    """Add an image, request several renditions, and return its ID."""
    id_ = site.upload(pictures.photo(width=300, height=200))
    for size in ("64x64", "75x75!", "300x300@2x"):
        for extension in ("jpeg", "webp", "avif", "png"):
            site.app.get(f"/{size}/{id_}.{extension}")
    return id_


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    site = Site(tmp_path_factory.mktemp("site"))
    yield Client(site)
    site.close()


@pytest.fixture(scope="module")
def image_id(client: Client) -> str:
    return filled(client.site)


BYPASSING = [
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
HANDLED = [
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


@pytest.mark.parametrize("path", BYPASSING)
def test_plain_hit_bypasses_pyramid(client: Client, image_id: str, path: str) -> None:
    assert client.bypasses_pyramid(path.format(image_id))
    assert client.bypasses_pyramid(path.format(image_id), method="HEAD")


@pytest.mark.parametrize("path", HANDLED)
def test_other_request_passes_pyramid(client: Client, image_id: str, path: str) -> None:
    assert not client.bypasses_pyramid(path.format(image_id))


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "DELETE"])
def test_other_method_passes_pyramid(client: Client, image_id: str, method: str) -> None:
    assert not client.bypasses_pyramid(f"/64x64/{image_id}", method=method)


@pytest.mark.parametrize(
    "name",
    ["Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"],
)
def test_conditional_request_passes_pyramid(client: Client, image_id: str, name: str) -> None:
    assert not client.bypasses_pyramid(f"/64x64/{image_id}", **{name: "bytes=0-1"})


@pytest.mark.parametrize("path", BYPASSING)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("options", [{}, {"scheme": "https", "Accept": CHROME, "Cookie": "a=b"}])
def test_hit_has_same_response_with_and_without_pyramid(
    client: Client, image_id: str, path: str, method: str, options: dict[str, str]
) -> None:
    direct = client.send(path.format(image_id), method=method, **options)
    handled = client.send(path.format(image_id), method=method, all_steps=True, **options)
    assert direct.status == handled.status == "200 OK"
    assert direct.body == handled.body
    # Each request has an ID of its own.
    assert len({response.headers.pop(HEADER) for response in (direct, handled)}) == 2
    assert sorted(direct.headers.items()) == sorted(handled.headers.items())


def test_large_hit_is_streamed(client: Client) -> None:
    image_id = client.site.upload(pictures.photo(width=600, height=400))
    path = f"/600x400/{image_id}.png"
    made = client.send(path)
    assert len(made.body) > 64 * 1024
    assert client.bypasses_pyramid(path)
    assert client.send(path).body == made.body


@pytest.fixture(params=[{"sizes.allowed": "64x64"}, {"signed": "all"}])
def limited(request, tmp_path: Path) -> Iterator[Client]:
    client = Client(Site(tmp_path, **request.param))
    yield client
    client.site.close()


def test_unsigned_hit_of_limited_size_is_refused(limited: Client) -> None:
    site = limited.site
    image_id = site.upload(pictures.photo(width=300, height=200))
    url = site.services.urls.url(image_id, "33x33").removeprefix("http://localhost")
    assert limited.send(url).status_int == 200
    assert limited.send(url).status_int == 200
    path = url.partition("?")[0]
    assert path != url
    assert limited.send(path).status_int == 403
    assert limited.send(path + "?s=" + "A" * 32).status_int == 403


def test_removed_image_is_no_hit(site: Site) -> None:
    client = Client(site)
    path = f"/64x64/{filled(site)}"
    assert client.bypasses_pyramid(path)
    site.services.editing.trash(path.rpartition("/")[2])
    assert client.send(path).status_int == 404
