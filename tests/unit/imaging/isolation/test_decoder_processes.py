"""Processes of the isolated decoder: killed, stopped, replaced and ended."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from huimages_app.domain import formats
from huimages_app.domain.sizes import Size
from huimages_app.errors import (
    CorruptOriginal,
    NotAnImage,
    StorageUnavailable,
)
from huimages_app.imaging import (
    Quality,
    RenditionTarget,
)
from huimages_app.imaging.isolation import (
    IsolatedDecoder,
    worker_limits,
)
from tests.support import pictures
from tests.support.waiting import wait_until

from .conftest import (
    LIMITS,
    ROOT,
    fork_server_of,
    is_running,
    new_decoder,
    workers_of,
)


def test_stopped_worker_fails_one_request_only(tmp_path: Path) -> None:
    failures: list[str] = []
    target = RenditionTarget(Size.parse("9x9"), formats.JPEG, tmp_path / "rendition")
    with new_decoder(LIMITS, worker_limits(LIMITS, 10**9, 1), failures.append) as decoder:
        [process] = workers_of(decoder)
        os.kill(process, signal.SIGSTOP)
        with pytest.raises(CorruptOriginal, match="it takes too long"):
            decoder.render(io.BytesIO(pictures.photo(60, 40)), target, Quality())
        assert failures == ["timeout"]
        decoder.render(io.BytesIO(pictures.photo(60, 40)), target, Quality())
    assert (tmp_path / "rendition").stat().st_size > 100


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_worker_killed_at_work_fails_one_request_only(number: signal.Signals) -> None:
    failures: list[str] = []
    errors: list[str] = []

    def inspect() -> None:
        with pytest.raises(NotAnImage) as caught:
            decoder.inspect(io.BytesIO(pictures.photo(60, 40)))
        errors.append(str(caught.value))

    with new_decoder(on_failure=failures.append) as decoder:
        [process] = workers_of(decoder)
        os.kill(process, signal.SIGSTOP)
        thread = threading.Thread(target=inspect)
        thread.start()
        wait_until(lambda: workers_of(decoder) == [])
        os.kill(process, number)
        os.kill(process, signal.SIGCONT)
        thread.join(60)
        assert errors == ["the picture can't be decoded: the decoder crashed"]
        assert failures == ["crash"]
        assert decoder.inspect(io.BytesIO(pictures.photo(60, 40))).width == 60


def test_worker_that_died_while_idle_is_replaced(decoder: IsolatedDecoder) -> None:
    processes = workers_of(decoder)
    for process in processes:
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: not any(map(is_running, processes)))
    for _ in processes:
        assert decoder.inspect(io.BytesIO(pictures.photo(60, 40))).width == 60
    assert not set(processes) & set(workers_of(decoder))


@pytest.mark.slow
def test_fork_server_that_died_is_replaced(decoder: IsolatedDecoder) -> None:
    processes = [fork_server_of(decoder), *workers_of(decoder)]
    os.kill(processes[0], signal.SIGKILL)
    wait_until(lambda: not any(map(is_running, processes)))
    assert decoder.inspect(io.BytesIO(pictures.photo(60, 40))).width == 60


def test_workers_have_no_descriptors_of_the_server(decoder: IsolatedDecoder) -> None:
    decoder.inspect(io.BytesIO(pictures.photo(60, 40)))
    for process in workers_of(decoder):
        links = [path.readlink() for path in Path(f"/proc/{process}/fd").iterdir()]
        others = [str(link) for link in links if str(link) != "/dev/null"]
        assert len(others) == 1, others
        assert others[0].startswith("socket:")


def test_fork_server_has_no_secret_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIMAGES_SECRET", "a secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another secret")
    with new_decoder() as other:
        environment = Path(f"/proc/{fork_server_of(other)}/environ").read_bytes()
    assert b"secret" not in environment


def test_close_ends_all_processes_and_starts_no_others() -> None:
    with new_decoder() as decoder:
        processes = [fork_server_of(decoder), *workers_of(decoder)]
        assert all(map(is_running, processes))
    with pytest.raises(StorageUnavailable, match="closed"):
        decoder.inspect(io.BytesIO(pictures.photo(60, 40)))
    wait_until(lambda: not any(map(is_running, processes)))


SERVER = """
import signal, sys, time
from huimages_app.imaging import DecodingBudget, Limits
from huimages_app.imaging.isolation import IsolatedDecoder, worker_limits
limits = worker_limits(Limits(), 10**9, 30)
decoder = IsolatedDecoder(Limits(), DecodingBudget(10**9), limits, parallel=1)
decoder.start()
with decoder._pool.lend(), decoder._pool.lend():
    pass
workers = [worker.process_id for worker in decoder._pool._idle]
print(decoder._pool._fork_server._process.pid, *workers, flush=True)
time.sleep(600)
"""


def test_killed_server_leaves_no_process() -> None:
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, cwd=ROOT)
    assert server.stdout is not None
    processes = [int(word) for word in server.stdout.readline().split()]
    assert len(processes) == 3
    os.kill(processes[1], signal.SIGSTOP)
    server.kill()
    server.wait()
    server.stdout.close()
    wait_until(lambda: not any(map(is_running, processes)))
