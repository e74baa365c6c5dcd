"""Mutated and hostile files: never a 5xx, a hang, a dead process or more memory than allowed."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.support.edge import DEPLOY, pserve, stored_in
from tests.support.hostile import hostile_files
from tests.support.processes import free_port
from tests.support.torture import amount, open_client

COUNT = amount(60, 2500)
# Seconds for one request.  The short form runs beside other tests, so it detects hangs only.
LONGEST = amount(60.0, 10.0)
ID = re.compile(r"[A-Z2-7]{32}01")
RENDITIONS = ("500x500/{}.png", "300x200!/{}.jpeg", "20x30!/{}.webp", "500x500/{}.avif")


def memory_limit() -> int:
    """Return the limit of the shipped service unit, in MB."""
    unit = (DEPLOY / "huimages@.service").read_text(encoding="utf-8")
    found = re.search(r"^MemoryMax=(\d+)M$", unit, re.MULTILINE)
    assert found
    return int(found[1])


def peak_memory(pid: int) -> float:
    """Return the sum of what the process and its decoders have ever had at most, in MB."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = int(found[1]) / 1024 if found else 0
    return own + sum(peak_memory(int(child)) for child in children)


def upload(client: httpx.Client, way: int, content: bytes) -> httpx.Response:
    file = {"uploadfile": ("picture", content)}
    if way == 0:
        return client.post("/upload/api/", files=file)
    if way == 1:
        return client.post("/upload/", files=file, headers={"Accept": "application/json"})
    headers = {"Content-Type": "application/octet-stream"}
    return client.post("/api/v1/images", content=content, headers=headers)


@pytest.mark.timeout(3000)
@pytest.mark.parametrize("isolated", ["off", "on"])
def test_hostile_files_give_4xx_or_renditions(tmp_path: Path, isolated: str) -> None:
    port, chance = free_port(), random.Random(2)
    url = f"http://127.0.0.1:{port}"
    statuses: Counter[str] = Counter()
    wrong: list[str] = []
    slowest = (0.0, "")

    def record(name: str, response: httpx.Response, begin: float) -> None:
        nonlocal slowest
        seconds = time.monotonic() - begin
        slowest = max(slowest, (seconds, name))
        statuses[f"{response.request.method} {response.status_code}"] += 1
        if response.status_code >= 500 or seconds > LONGEST:
            wrong.append(f"{name}: {response.status_code} {seconds:.1f} s {response.text[:200]}")

    settings = stored_in(tmp_path) | {"sizes.allowed": "any", "decoding.isolated": isolated}
    with (
        pserve(tmp_path / "app", port, **settings) as process,
        open_client(url) as client,
    ):
        for name, content in hostile_files(seed=1, count=COUNT):
            begin = time.monotonic()
            response = upload(client, chance.randrange(3), content)
            record(name, response, begin)
            if response.status_code < 300 and (found := ID.search(response.text)):
                begin = time.monotonic()
                path = chance.choice(RENDITIONS).format(found[0])
                record(f"{name}, {path}", client.get(f"/{path}"), begin)
        peak = peak_memory(process.pid)
        assert client.get("/healthz").status_code == 200
        assert process.poll() is None
    print(
        f"\nisolated {isolated}, {COUNT} files: {dict(statuses)},"
        f" slowest {slowest}, peak {peak:.0f} MB"
    )
    assert wrong == []
    assert peak < memory_limit()
    log = (tmp_path / "app" / "server.log").read_text(encoding="utf-8")
    assert "Traceback" not in log
