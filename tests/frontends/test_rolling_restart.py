"""A rolling restart of the processes, as systemd does it, fails no request."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.support import pictures
from tests.support.edge import filled, pserve, services_of, stored_in, web_server
from tests.support.processes import free_port

pytestmark = pytest.mark.slow

CLIENTS = 6


class Load:
    """Clients that send requests one after the other until `stop`."""

    def __init__(self, url: str, image_id: str) -> None:
        self.results: Counter[str] = Counter()
        self._url = url
        self._image_id = image_id
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number,)) for number in range(CLIENTS)
        ]
        for thread in self._threads:
            thread.start()

    def _run(self, number: int) -> None:
        with httpx.Client(trust_env=False, timeout=60, base_url=self._url) as client:
            for count in range(100_000):
                if self._stopped.is_set():
                    return
                try:
                    response = self._send(client, number, count)
                except httpx.HTTPError as error:
                    self.results[repr(error)] += 1
                else:
                    text = "" if response.status_code == 200 else response.text[:100]
                    self.results[f"{response.status_code} {text}".strip()] += 1
                time.sleep(0.02)  # so that clients do not take the CPU from the servers

    def _send(self, client: httpx.Client, number: int, count: int) -> httpx.Response:
        kind = count % 4
        if kind == 0:
            return client.get("/api/v1/images")
        if kind == 1:  # a miss
            return client.get(f"/{30 + count % 30}x{30 + number}/{self._image_id}.jpeg")
        if kind == 2:
            title = {"value": f"{number} {count}"}
            return client.post(f"/image/{self._image_id}/update_title", data=title)
        file = {"uploadfile": ("a.jpeg", pictures.photo(8, 8, seed=number), "image/jpeg")}
        return client.post("/upload/api/", files=file)

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["nginx"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_rolling_restart_under_load_fails_no_request(
    tmp_path: Path, kind: str, number: signal.Signals
) -> None:
    port, ports = free_port(), [free_port(), free_port()]
    settings = {**stored_in(tmp_path), "sizes.allowed": "any", "render.waiting": "100"}
    texts = {**filled(kind, port, ports[0], tmp_path / "cache"), "6544": str(ports[1])}
    services = services_of(settings)
    with ExitStack() as stack:
        stack.callback(services.close)
        processes: list[subprocess.Popen[bytes]] = [
            stack.enter_context(pserve(tmp_path / f"app{n}", p, **settings))
            for n, p in enumerate(ports)
        ]
        stack.enter_context(web_server(kind, tmp_path / kind, port, texts))
        content = pictures.photo(400, 300)
        url = f"http://127.0.0.1:{port}"
        files = {"uploadfile": ("a.jpeg", content, "image/jpeg")}
        image_id = httpx.post(f"{url}/upload/api/", files=files, trust_env=False).text
        load = Load(url, image_id)
        stack.callback(load.stop)
        for n, p in enumerate(ports):
            time.sleep(1)
            processes[n].send_signal(number)
            assert processes[n].wait(60) == 0
            stack.enter_context(pserve(tmp_path / f"app{n}", p, **settings))
        time.sleep(1)
        load.stop()
    assert set(load.results) == {"200"}, load.results
    assert load.results["200"] > 50
