"""A decoder with two workers, and its processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from huimages_app.imaging import (
    DecodingBudget,
    Limits,
)
from huimages_app.imaging.isolation import (
    IsolatedDecoder,
    WorkerLimits,
    worker_limits,
)

ROOT = Path(__file__).parents[4]


LIMITS = Limits()


WORKER = worker_limits(LIMITS, 800 * 10**6, 30)


@pytest.fixture(scope="module")
def decoder() -> Iterator[IsolatedDecoder]:
    decoder = IsolatedDecoder(LIMITS, DecodingBudget(800 * 10**6, 20), WORKER, parallel=2)
    decoder.start()
    yield decoder
    decoder.close()


@contextmanager
def new_decoder(
    limits: Limits = LIMITS,
    worker: WorkerLimits = WORKER,
    on_failure: Callable[[str], None] = lambda kind: None,
) -> Iterator[IsolatedDecoder]:
    """Open a decoder with one worker."""
    isolated = IsolatedDecoder(
        limits, DecodingBudget(10**9), worker, parallel=0, on_failure=on_failure
    )
    with closing(isolated) as decoder:
        decoder.start()
        yield decoder


def workers_of(decoder: IsolatedDecoder) -> list[int]:
    return sorted(worker.process_id for worker in decoder._pool._idle)


def fork_server_of(decoder: IsolatedDecoder) -> int:
    process = decoder._pool._fork_server._process
    assert process is not None
    return process.pid


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
