"""A real server that receives more requests for renditions than it can render."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from huimages_app.services.container import Services
from tests.support import pictures
from tests.support.edge import pserve, services_of, stored_in
from tests.support.metrics import parsed
from tests.support.processes import free_port
from tests.support.services import original_file

pytestmark = pytest.mark.slow

AT_ONCE, WAITING, REQUESTS, THREADS = 1, 1, 5, 8
QUEUE_SECONDS = 6  # long enough for the steps of a test on a busy machine


def get(url: str) -> httpx.Response:
    # `verify=False`: to load certificates would take longer than the request.
    return httpx.get(url, timeout=60, trust_env=False, verify=False)


def add(services: Services, seed: int) -> str:
    content = io.BytesIO(pictures.photo(width=300, height=200, seed=seed))
    return services.uploads.add(content, visitor_id="vera").image.id


@dataclass
class Jam:
    """A server on `url`; reading an original of `stuck` blocks until `release`."""

    url: str
    stuck: list[str]
    ready: str  # an image of which /64x64/ID is in the cache
    pipes: list[Path]

    def release(self, waiting: list[Future[httpx.Response]]) -> None:
        """Let all readers reach the end of file, until all `waiting` requests have a response."""
        while not all(future.done() for future in waiting):
            for pipe in self.pipes:
                # A pipe opened for reading and writing has a writer, for a moment.
                os.close(os.open(pipe, os.O_RDWR))
            time.sleep(0.02)


@pytest.fixture
def jam(tmp_path: Path) -> Iterator[Jam]:
    port = free_port()
    settings = {
        **stored_in(tmp_path),
        "chain": "off",
        "render.at_once": str(AT_ONCE),
        "render.waiting": str(WAITING),
        "render.requests": str(REQUESTS),
        "render.timeout": str(QUEUE_SECONDS),
        "metrics": "127.0.0.1",
    }
    services = services_of(settings)
    ids = [add(services, seed) for seed in range(4)]
    services.close()
    pipes = [original_file(tmp_path, id_) for id_ in ids[1:]]
    for pipe in pipes:
        # Opening a pipe blocks until another process writes into it.
        pipe.unlink()
        os.mkfifo(pipe)
    with ExitStack() as stack:
        stack.enter_context(pserve(tmp_path / "app", port, threads=str(THREADS), **settings))
        url = f"http://127.0.0.1:{port}"
        assert get(f"{url}/64x64/{ids[0]}").status_code == 200
        yield Jam(url, ids[1:], ids[0], pipes)


def soon(*urls: str) -> list[httpx.Response]:
    """Return the responses; fail if they take long."""
    begun = time.monotonic()
    responses = [get(url) for url in urls]
    assert time.monotonic() - begun < QUEUE_SECONDS / 2
    return responses


def metrics(url: str) -> dict[str, float]:
    return parsed(get(f"{url}/metrics").text)


def wait_for(url: str, name: str, value: float) -> None:
    deadline = time.monotonic() + 20
    while metrics(url)[name] != value:
        assert time.monotonic() < deadline, get(f"{url}/metrics").text
        time.sleep(0.02)


def test_overload_keeps_hits_pages_and_health_available(jam: Jam) -> None:
    first, second, third = (f"{jam.url}/64x64/{id_}" for id_ in jam.stuck)
    with ThreadPoolExecutor(20) as pool:
        working = pool.submit(get, first)
        wait_for(jam.url, "huimages_renditions_running", 1)
        queued = pool.submit(get, second)
        wait_for(jam.url, "huimages_renditions_waiting", 1)
        # The queue is full.
        (refused,) = soon(third)
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.headers["Cache-Control"] == "no-store"
        # Requests for a rendition in progress wait for it, up to the limit.
        followers = [pool.submit(get, first) for _ in range(10)]
        accepted = REQUESTS - 2
        deadline = time.monotonic() + 20
        while sum(follower.done() for follower in followers) < 10 - accepted:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert {follower.result().status_code for follower in followers if follower.done()} == {503}
        hit, page, health = soon(f"{jam.url}/64x64/{jam.ready}", jam.url, f"{jam.url}/healthz")
        assert [hit.status_code, page.status_code, health.status_code] == [200, 200, 200]
        # No request waits without a limit.
        assert queued.result().status_code == 503
        assert not working.done()
        jam.release([working, *followers])
    assert metrics(jam.url)['huimages_renditions_total{result="refused"}'] >= 2 + 10 - accepted
    assert metrics(jam.url)["huimages_cache_hits_total"] >= 1


def test_two_hundred_requests_of_two_processes_make_one_rendering(tmp_path: Path) -> None:
    settings = {
        **stored_in(tmp_path),
        "chain": "off",
        "render.requests": "100",
        "metrics": "127.0.0.1",
    }
    services = services_of(settings)
    content = io.BytesIO(pictures.photo(width=1500, height=1000))
    image_id = services.uploads.add(content, visitor_id="vera").image.id
    services.close()
    ports = [free_port(), free_port()]
    with ExitStack() as stack:
        for port in ports:
            folder = tmp_path / str(port)
            stack.enter_context(pserve(folder, port, threads="110", **settings))
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        limits = httpx.Limits(max_connections=None)
        client = stack.enter_context(httpx.Client(trust_env=False, timeout=60, limits=limits))
        pool = stack.enter_context(ThreadPoolExecutor(200))
        requested = [f"{urls[number % 2]}/640x480/{image_id}.jpeg" for number in range(200)]
        responses = list(pool.map(client.get, requested))
        assert {response.status_code for response in responses} == {200}
        assert len({response.content for response in responses}) == 1
        made = 'huimages_renditions_total{result="made"}'
        assert sum(metrics(url)[made] for url in urls) == 1
