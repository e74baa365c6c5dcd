"""Start servers for tests on free ports, wait until they respond, and stop them."""

from __future__ import annotations

import functools
import os
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest


@functools.cache
def certificates() -> ssl.SSLContext:
    """Return the certificates to trust, which each client would spend 60 ms of CPU to load."""
    return httpx.create_ssl_context(trust_env=False)


@pytest.fixture(scope="module", autouse=True)
def unmeasured_processes() -> Iterator[None]:
    """Start processes without coverage, which doubles their CPU time.

    For folders whose processes execute nothing that other tests do not measure.
    """
    with pytest.MonkeyPatch.context() as patch:
        # Set by coverage for processes that a measured one starts.
        patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        yield


def free_port() -> int:
    """Return a port of 127.0.0.1 on which no process listens now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str | Path],
    url: str,
    *,
    folder: Path,
    environ: Mapping[str, str] | None = None,
    seconds: float = 120,
) -> Iterator[subprocess.Popen[bytes]]:
    """`command`, running in `folder` from when `url` responds until the context ends.

    What it writes goes to `server.log` in the folder.
    """
    log = folder / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            env={**os.environ, **(environ or {})},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + seconds
        while not is_responding(url):
            if process.poll() is not None or time.monotonic() > deadline:
                log_lines = log.read_text(encoding="utf-8", errors="replace")[-4000:]
                raise AssertionError(f"{command[0]} does not respond at {url}:\n{log_lines}")
            time.sleep(0.1)
        yield process
    finally:
        stop(process)


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Stop a child process, the leader of its group, and let it go on at the end of the context.

    The signal returns before all threads have stopped.  On a busy machine they still respond
    for a while, so wait until the kernel reports the process as stopped.
    """
    os.killpg(pid, signal.SIGSTOP)
    try:
        os.waitid(os.P_PID, pid, os.WSTOPPED)
        yield
    finally:
        os.killpg(pid, signal.SIGCONT)


def is_responding(url: str) -> bool:
    """Return whether an HTTP server responds, with any status."""
    try:
        httpx.get(url, timeout=5, trust_env=False, verify=certificates())
    except httpx.TransportError:
        return False
    return True


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server that was started in a session of its own, with all its children."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
