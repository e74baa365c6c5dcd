"""Two servers on one folder: many requests at once, and kills in the middle."""

from __future__ import annotations

import io
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen

import httpx
import pytest
from PIL import Image

from huimages_app.config.loading import read_settings
from huimages_app.factory import build_services
from huimages_app.services.container import Services
from huimages_app.services.maintenance.integrity import Problem
from tests.support import pictures
from tests.support.processes import free_port, serving

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@contextmanager
def pserve(folder: Path) -> Iterator[tuple[str, Popen[bytes]]]:
    """Run development.ini in `folder` on a free port; yield its URL and its process."""
    port = free_port()
    ini = folder / f"{port}.ini"
    text = (ROOT / "development.ini").read_text(encoding="utf-8")
    ini.write_text(text.replace(":6543", f":{port}"), encoding="utf-8")
    command = [sys.executable, "-m", "pyramid.scripts.pserve", ini]
    url = f"http://127.0.0.1:{port}"
    with serving(command, url, folder=folder, environ={"PYTHONPATH": str(ROOT)}) as process:
        yield url, process


@contextmanager
def opened(folder: Path) -> Iterator[Services]:
    """Open the services of the site in `folder`, without HTTP."""
    services = build_services(read_settings(next(folder.glob("*.ini")), {}))
    yield services
    services.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def urls(folder: Path) -> Iterator[list[str]]:
    with ExitStack() as stack:
        yield [stack.enter_context(pserve(folder))[0] for _ in range(2)]


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    limits = httpx.Limits(max_connections=None)
    with httpx.Client(trust_env=False, timeout=60, limits=limits) as client:
        yield client


def upload(client: httpx.Client, url: str, content: bytes, title: str = "") -> str:
    response = client.post(
        f"{url}/upload/api/", params={"title": title}, files={"uploadfile": ("a.jpeg", content)}
    )
    assert response.status_code == 200, response.text
    return response.text


def test_200_concurrent_requests_to_two_processes_make_one_rendition(
    urls: list[str], folder: Path, client: httpx.Client
) -> None:
    id_ = upload(client, urls[0], pictures.photo(1600, 1200))

    def fetch(number: int) -> bytes:
        response = client.get(f"{urls[number % 2]}/64x64/{id_}/name-{number}.jpeg")
        assert response.status_code == 200, response.text
        return response.content

    with ThreadPoolExecutor(200) as pool:
        (body,) = set(pool.map(fetch, range(200)))
    with Image.open(io.BytesIO(body)) as picture:
        assert picture.size == (64, 48)
    log = (folder / "server.log").read_text(encoding="utf-8")
    assert log.count(f"rendered: image={id_} size=64x64") == 1


def test_concurrent_uploads_of_same_picture_store_one_image(
    urls: list[str], folder: Path, client: httpx.Client
) -> None:
    content = pictures.photo(800, 600, seed=1)
    with ThreadPoolExecutor(24) as pool:
        ids = pool.map(
            lambda number: upload(client, urls[number % 2], content, f"Title {number % 6}"),
            range(24),
        )
        (id_,) = set(ids)
    assert len([path for path in (folder / "var/originals").rglob(id_) if path.is_file()]) == 1
    with opened(folder) as services:
        # No title is lost, and none is stored twice.
        assert sorted(services.images.get_any(id_).titles) == [f"Title {n}" for n in range(6)]


def test_kill_during_uploads_loses_no_acknowledged_image(
    tmp_path: Path, client: httpx.Client
) -> None:
    """Acknowledged uploads are complete; there are no partial files."""
    stored: list[str] = []
    stop = threading.Event()

    def upload_on(url: str, worker: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            # Different bytes each time, after the end of the picture.
            content = pictures.photo(300, 200) + f"{worker}-{number}".encode()
            try:
                stored.append(upload(client, url, content))
            except httpx.TransportError:
                return

    with pserve(tmp_path) as (url, process), ThreadPoolExecutor(8) as pool:
        for worker in range(8):
            pool.submit(upload_on, url, worker)
        end = time.monotonic() + 30
        while len(stored) < 20 and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        stop.set()
    assert len(stored) >= 20
    with opened(tmp_path) as services:
        findings = list(services.integrity.check())
        # An original whose record was not written yet; the next upload of it, or
        # `huimages check --repair`, completes it.
        assert {finding.problem for finding in findings} <= {Problem.NO_RECORD}
        assert len(services.images.get_many(stored)) == len(set(stored)) == len(stored)
    with pserve(tmp_path) as (url, _):
        response = client.get(f"{url}/o/{stored[-1]}")
        assert response.content.startswith(pictures.photo(300, 200))
