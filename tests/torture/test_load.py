"""Mixed load behind nginx with two rolling restarts: no error, nothing leaks."""

from __future__ import annotations

import os
import random
import signal
import statistics
import subprocess
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.backups import findings
from tests.support.edge import filled, pserve, stored_in, web_server
from tests.support.pictures import photo
from tests.support.processes import free_port
from tests.support.torture import IS_LONG, SECONDS, amount, open_client

CLIENTS = 6
PARTS = 3  # with a rolling restart after the first and the second
Send = Callable[[httpx.Client, int, str], httpx.Response]

KINDS: dict[str, Send] = {
    "start page": lambda http, number, image: http.get("/"),
    "image page": lambda http, number, image: http.get(f"/image/{image}/"),
    "search": lambda http, number, image: http.get("/search", params={"q": f"pic {number % 9}"}),
    "api list": lambda http, number, image: http.get("/api/v1/images"),
    "hit": lambda http, number, image: http.get(f"/240x160/{image}.jpeg"),
    "miss": lambda http, number, image: http.get(
        f"/{20 + number % 400}x{number % 97 + 20}/{image}"
    ),
    "original": lambda http, number, image: http.get(f"/o/{image}.jpeg"),
    "edit": lambda http, number, image: http.post(
        f"/image/{image}/update_title", data={"value": f"pic {number}"}
    ),
    "tag": lambda http, number, image: http.post(
        f"/image/{image}/tag/", data={"newtag": f"tag{number % 50}"}
    ),
    "upload": lambda http, number, image: http.post(
        "/upload/api/",
        files={"uploadfile": ("a.jpeg", photo(60, 40, seed=number % 500), "image/jpeg")},
    ),
}
WEIGHTS = [4, 4, 2, 2, 30, 8, 2, 2, 2, 2]


@dataclass(frozen=True)
class Use:
    """Resources of a process: memory in MB, open descriptors, threads."""

    memory: float
    descriptors: int
    threads: int

    @classmethod
    def of(cls, pid: int) -> Use:
        status = Path(f"/proc/{pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        return cls(
            int(fields["VmRSS"].split()[0]) / 1024,
            len(os.listdir(f"/proc/{pid}/fd")),  # noqa: PTH208 - Path would open one more
            int(fields["Threads"]),
        )


class Load:
    """Clients that send requests of all kinds; the time of each response by kind."""

    def __init__(self, url: str, images: list[str]) -> None:
        self.times: dict[str, list[float]] = defaultdict(list)
        self.failures: Counter[str] = Counter()
        self._url, self._images = url, images
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _run(self, number: int) -> None:
        chance = random.Random(number)
        with open_client(self._url) as client:
            while not self._stopped.is_set():
                (kind,) = chance.choices(list(KINDS), WEIGHTS)
                begin = time.monotonic()
                try:
                    response = KINDS[kind](
                        client, chance.randrange(100_000), chance.choice(self._images)
                    )
                except httpx.HTTPError as error:
                    self.failures[f"{kind}: {error!r}"] += 1
                    continue
                self.times[kind].append(time.monotonic() - begin)
                if response.status_code not in {200, 302, 303}:
                    self.failures[f"{kind}: {response.status_code} {response.text[:80]}"] += 1

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def table(self) -> str:
        """Return requests, median and 99th percentile of each kind."""
        lines = ["| kind | requests | median ms | p99 ms |", "|---|---|---|---|"]
        for kind, times in self.times.items():
            ordered = sorted(times)
            p99 = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
            lines.append(
                f"| {kind} | {len(times)} | {statistics.median(times) * 1000:.0f} |"
                f" {p99 * 1000:.0f} |"
            )
        return "\n".join(lines)


class Cluster:
    """Two processes of one site, which can be restarted one after the other."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.settings = {**stored_in(folder), "sizes.allowed": "any", "render.waiting": "100"}
        self.settings["renditions_per_image"] = "0"  # each size that is missed is another one
        self.settings |= {"cache.max_bytes": "20 MB", "upload.sizes": "240x160"}
        self.ports = [free_port(), free_port()]
        self._folder, self._stack = folder, stack
        self.processes = [self._started(number) for number in range(2)]

    def _started(self, number: int) -> subprocess.Popen[bytes]:
        # One process decodes by itself, the other one in isolated decoders.
        settings = self.settings | {"decoding.isolated": "on" if number else "off"}
        server = pserve(self._folder / f"app{number}", self.ports[number], **settings)
        return self._stack.enter_context(server)

    def restart(self) -> None:
        for number, process in enumerate(self.processes):
            process.send_signal(signal.SIGTERM)
            assert process.wait(120) == 0
            self.processes[number] = self._started(number)

    def use(self) -> list[Use]:
        return [Use.of(process.pid) for process in self.processes]


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[Cluster, str]]:
    """Yield the processes and the URL of nginx in front of them."""
    with ExitStack() as stack:
        processes, port = Cluster(folder, stack), free_port()
        texts = filled("nginx", port, processes.ports[0], folder / "cache")
        texts |= {"6544": str(processes.ports[1])}
        stack.enter_context(web_server("nginx", folder / "nginx", port, texts))
        yield processes, f"http://127.0.0.1:{port}"


@pytest.mark.timeout(3000)
def test_mixed_load_with_rolling_restarts_fails_no_request_and_leaks_nothing(
    tmp_path: Path,
) -> None:
    seconds = float(os.environ.get(SECONDS, amount(6, 600)))
    with cluster(tmp_path) as (processes, url):
        images = []
        for seed in range(10):
            files = {"uploadfile": ("a.jpeg", photo(900, 600, seed=seed), "image/jpeg")}
            reply = httpx.post(f"{url}/upload/api/", files=files, trust_env=False, timeout=60)
            images.append(reply.raise_for_status().text)
        load = Load(url, images)
        try:
            for part in range(PARTS):
                require_steady(processes, seconds / PARTS)
                if part < PARTS - 1:
                    processes.restart()
        finally:
            load.stop()
        print(f"\n{load.table()}\nfailures: {dict(load.failures)}")
    assert not load.failures
    assert set(load.times) == set(KINDS) or not IS_LONG
    left = [*(tmp_path / "originals/.tmp").iterdir(), *(tmp_path / "cache.tmp").glob("*.tmp")]
    assert left == []
    assert findings(tmp_path) == []


def require_steady(processes: Cluster, seconds: float) -> None:
    """Let the load go on; fail if a process uses more and more."""
    time.sleep(seconds / 4)
    first = processes.use()
    highest = first
    for _ in range(3):
        time.sleep(seconds / 4)
        highest = processes.use()
    for begin, end in zip(first, highest, strict=True):
        print(f"{seconds:.0f} s: {begin} -> {end}")
        # Pools of connections and threads fill up in the first seconds.
        assert end.descriptors <= begin.descriptors + 40
        assert end.threads <= begin.threads + 8
        if IS_LONG:
            assert end.memory < begin.memory * 1.3 + 40
