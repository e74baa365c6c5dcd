"""Faults of disk, descriptors and clock under a running server; it recovers by itself."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.edge import pserve, stored_in
from tests.support.missing import find_program, missing
from tests.support.pictures import photo
from tests.support.processes import free_port
from tests.support.torture import amount, open_client

CLOCK = Path(__file__).parents[1] / "support/clock.c"
DAY = 24 * 60 * 60
ROUNDS = amount(1, 5)


class Server:
    """A running site and a client of it."""

    def __init__(self, client: httpx.Client, pid: int) -> None:
        self.client, self.pid = client, pid
        self._seed = 0
        self.image = self.upload().text
        self.hit = f"/240x160/{self.image}.jpeg"
        self.client.get(self.hit).raise_for_status()

    def upload(self, size: int = 300) -> httpx.Response:
        self._seed += 1
        file = {"uploadfile": ("a.jpeg", photo(size, size, seed=self._seed), "image/jpeg")}
        return self.client.post("/upload/api/", files=file)

    def edit(self) -> httpx.Response:
        return self.client.post(f"/image/{self.image}/update_title", data={"value": "New"})

    def miss(self) -> httpx.Response:
        self._seed += 1
        return self.client.get(f"/{100 + self._seed}x100/{self.image}.jpeg")

    def require_healthy(self) -> None:
        for response in (self.upload(), self.edit(), self.miss(), self.client.get(self.hit)):
            assert response.status_code == 200, response.text
        for path in ("/", f"/image/{self.image}/", "/readyz"):
            assert self.client.get(path).status_code == 200


def require_refusal(response: httpx.Response) -> None:
    """Fail unless the response is a 503 with Retry-After."""
    assert response.status_code == 503, response.text
    assert response.headers["Retry-After"]
    assert len(response.text) < 2000
    assert "Traceback" not in response.text


@contextlib.contextmanager
def running(folder: Path, **environ: str) -> Iterator[Server]:
    """Run a site whose data are in `folder`, and its server beside it.

    With another clock (`environ`), each request has its own connection: after a jump the server
    closes idle ones.  Without descriptors it accepts none, so that the client keeps its own.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = stored_in(folder) | {"sizes.allowed": "any"}
    with (
        pytest.MonkeyPatch.context() as patch,
        open_client(url, keep_alive=not environ) as client,
    ):
        for name, value in environ.items():
            patch.setenv(name, value)
        with pserve(folder.parent / "app", port, **settings) as process:
            yield Server(client, process.pid)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 12 MB, which needs root."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False).returncode != 0:
        pytest.skip("mounting a disk needs root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_writes_to_a_full_disk_return_503_until_there_is_space(small_disk: Path) -> None:
    with running(small_disk) as server:
        for _ in range(ROUNDS):
            filler = small_disk / "filler"
            with pytest.raises(OSError), filler.open("wb", buffering=0) as file:  # noqa: PT012
                while True:
                    file.write(bytes(4096))
            require_refusal(server.upload())
            require_refusal(server.edit())
            assert server.client.get(server.hit).status_code == 200
            assert server.miss().status_code == 200
            assert server.client.get(f"/o/{server.image}.jpeg").status_code == 200
            assert server.client.get(f"/image/{server.image}/").status_code == 200
            assert server.client.get("/healthz").status_code == 200
            filler.unlink()
            server.require_healthy()


def test_uploads_to_a_read_only_disk_return_503_until_it_is_writable(small_disk: Path) -> None:
    with running(small_disk) as server:
        for _ in range(ROUNDS):
            mount = ["mount", "-o"]
            bind = ["mount", "--bind", str(small_disk), str(small_disk)]
            subprocess.run(bind, check=True)
            try:
                subprocess.run([*mount, "remount,bind,ro", str(small_disk)], check=True)
                require_refusal(server.upload())
                assert server.client.get(server.hit).status_code == 200
                assert server.miss().status_code == 200
                assert server.client.get("/").status_code == 200
            finally:
                subprocess.run(["umount", "--lazy", str(small_disk)], check=True)
            server.require_healthy()


def test_exhausted_descriptors_never_return_500_and_requests_recover(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        for _ in range(ROUNDS):
            limits = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
            used = len(list(Path(f"/proc/{server.pid}/fd").iterdir()))
            for spare in (0, 1, 3):
                resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (used + spare, limits[1]))
                for response in (
                    server.upload(),
                    server.edit(),
                    server.miss(),
                    server.client.get(server.hit),
                    server.client.get("/"),
                ):
                    assert response.status_code in {200, 503}, response.text
                assert server.client.get("/healthz").status_code == 200
            resource.prlimit(server.pid, resource.RLIMIT_NOFILE, limits)
            server.require_healthy()


def test_removed_cache_folder_is_made_again(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        for _ in range(ROUNDS):
            shutil.rmtree(tmp_path / "data" / "cache")
            shutil.rmtree(tmp_path / "data" / "cache.tmp")
            server.require_healthy()
            assert any((tmp_path / "data" / "cache").rglob("*.jpeg"))


def test_clock_jumps_fail_no_request(tmp_path: Path) -> None:
    compiler = find_program("cc")
    if compiler is None:
        missing("a C compiler is missing: apt-get install gcc")
    library, offset = tmp_path / "clock.so", tmp_path / "offset"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, CLOCK, "-ldl"], check=True)
    offset.write_text("0")
    environ = {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(offset)}
    with running(tmp_path / "data", **environ) as server:
        for days in (400, 0, -30, 0, -5000, 30) * ROUNDS:
            offset.write_text(str(days * DAY))
            server.require_healthy()
            image = server.upload().text
            created = server.client.get(f"/api/v1/images/{image}").json()["created"]
            assert created
        offset.write_text("0")
        server.require_healthy()
