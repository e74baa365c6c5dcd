"""A whole site served by two processes with isolated decoders, as production.ini does it."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.support import pictures
from tests.support.commands import COMMAND
from tests.support.edge import pserve, stored_in
from tests.support.processes import certificates, free_port
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

TIMEOUT = 240


def children(process: int) -> set[int]:
    text = Path(f"/proc/{process}/task/{process}/children").read_text()
    return {int(word) for word in text.split()}


def metric(client: httpx.Client, series: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith(series)).rpartition(" ")[2])


class Load(threading.Thread):
    """Sends requests for renditions, hits and misses, until `stop`."""

    def __init__(self, url: str, image_id: str) -> None:
        super().__init__()
        self.results: Counter[object] = Counter()
        self._url = url
        self._image_id = image_id
        self._stopped = threading.Event()

    def run(self) -> None:
        count = 0
        while not self._stopped.is_set():
            count += 1
            path = f"/{30 + count % 40}x30/{self._image_id}.jpeg"
            try:
                response = httpx.get(
                    self._url + path, timeout=60, trust_env=False, verify=certificates()
                )
                self.results[response.status_code] += 1
            except httpx.HTTPError as error:
                self.results[repr(error)] += 1

    def stop(self) -> None:
        self._stopped.set()
        self.join()


@pytest.mark.timeout(900)
def test_site_replaces_dead_workers_and_applies_new_settings(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    ini = {
        **stored_in(tmp_path),
        "workers": "2",
        "decoding.isolated": "on",
        "metrics": "127.0.0.1",
        "renditions_per_image": "0",
    }
    with (
        pserve(tmp_path / "app", port, **ini) as process,
        httpx.Client(base_url=url, timeout=60, trust_env=False, verify=certificates()) as client,
    ):
        workers = children(process.pid)
        assert len(workers) == 2
        files = {"uploadfile": ("a.jpeg", pictures.photo(400, 300), "image/jpeg")}
        image_id = client.post("/upload/api/", files=files).text
        load = Load(url, image_id)
        load.start()

        # A new version: another setting, under load.
        wait_until(lambda: load.results[200] > 20)
        site = tmp_path / "app" / "site.ini"
        site.write_text(site.read_text().replace("workers = 2", "workers = 3"))
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: not workers & children(process.pid))
        load.stop()
        assert set(load.results) == {200}, load.results
        assert len(children(process.pid)) == 3

        # Each process returns the sums of all, of the version before as well.
        sent = sum(load.results.values())
        assert metric(client, 'huimages_requests_total{method="GET",status="200"') > 0
        hits = metric(client, 'huimages_requests_total{method="GET",status="200",view="cache_hit"}')
        made = metric(client, 'huimages_renditions_total{result="made"}')
        assert hits + made == sent

        victim = min(children(process.pid))
        decoders = children(victim)
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: len(children(process.pid) - {victim}) == 3)
        wait_until(lambda: not any(Path(f"/proc/{one}").exists() for one in decoders))
        assert client.get(f"/77x77/{image_id}.jpeg").status_code == 200

        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT) == 0
    assert not list(Path("/dev/shm").glob(f"huimages-metrics-{process.pid}-*"))


def test_command_line_uses_isolated_decoders(tmp_path: Path) -> None:
    lines = [f"huimages.{key} = {value}" for key, value in stored_in(tmp_path).items()]
    ini = tmp_path / "site.ini"
    text = ["[app:main]", "use = egg:huimages", *lines, "huimages.decoding.isolated = on"]
    ini.write_text("\n".join(text) + "\n")
    (tmp_path / "a.jpeg").write_bytes(pictures.photo(60, 40))
    (tmp_path / "b.jpeg").write_bytes(b"no picture")
    command = [*COMMAND, "--config", str(ini), "import"]
    for name, status in (("a.jpeg", 0), ("b.jpeg", 1)):
        done = subprocess.run([*command, str(tmp_path / name)], capture_output=True, check=False)
        assert done.returncode == status, done.stderr
