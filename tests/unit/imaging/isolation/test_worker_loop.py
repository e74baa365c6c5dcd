"""The loop of a worker, in a thread: its replies to jobs."""

from __future__ import annotations

import io
import logging
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from huimages_app.domain import formats
from huimages_app.domain.sizes import Size
from huimages_app.errors import NotAnImage
from huimages_app.imaging import Inspection, Limits, Quality, RenditionTarget
from huimages_app.imaging.isolation import messages, worker
from huimages_app.imaging.isolation.files import for_reading
from huimages_app.imaging.isolation.messages import BadMessage, ErrorReport, Job
from tests.support import pictures

LIMITS = Limits()


def _raise(original: Any, targets: Any, budget: Any, error: Exception) -> None:
    raise error


def _log(original: Any, targets: Any, budget: Any) -> int:
    logging.getLogger("huimages_app.imaging").warning("damaged")
    return 1


class Loop:
    def __init__(self) -> None:
        self.server, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        functions = {**worker.FUNCTIONS, "raise": _raise, "log": _log}
        self._its = its
        self._thread = threading.Thread(target=worker.serve, args=(its, functions, None))
        self._thread.start()

    def send(self, job: Job, targets: Sequence[int] = (), content: bytes = b"") -> None:
        with for_reading(io.BytesIO(content)) as original:
            socket.send_fds(self.server, [job.dump()], [original, *targets])

    def receive(self) -> bytes:
        self.server.settimeout(60)
        return self.server.recv(messages.MAX_MESSAGE)

    def close(self) -> None:
        self.server.close()
        self._thread.join(60)
        self._its.close()


@pytest.fixture
def loop() -> Iterator[Loop]:
    log = logging.getLogger("huimages_app")
    before = log.propagate, list(log.handlers)
    loop = Loop()
    yield loop
    loop.close()
    log.propagate, log.handlers[:] = before


def result_of(kind: Any, message: bytes) -> Any:
    assert message[:1] == messages.RESULT
    result, _ = messages.load(tuple[kind, dict[str, float]], message[1:])
    return result


def test_jobs_are_done_one_after_the_other(loop: Loop) -> None:
    photo = pictures.photo(600, 400)
    target = os.memfd_create("target")
    loop.send(Job("inspect", {"limits": LIMITS}, 10**7), content=photo)
    assert result_of(Inspection, loop.receive()).width == 600
    rendition = RenditionTarget(Size.parse("90x60"), formats.JPEG, 0)
    arguments = {"target": rendition, "quality": Quality(), "limits": LIMITS, "full_size": None}
    loop.send(Job("render", arguments, 10**7), [target], photo)
    assert result_of(tuple[int, int], loop.receive()) == (90, 60)
    assert os.pread(target, 3, 0) == b"\xff\xd8\xff"
    loop.send(Job("make_previews", {"sides": (480,), "limits": LIMITS}, 10**7), [target], photo)
    assert result_of(tuple[int, ...], loop.receive()) == ()
    os.close(target)


@pytest.mark.parametrize("reply", [messages.YES, messages.NO])
def test_memory_beyond_the_advance_is_requested(loop: Loop, reply: bytes) -> None:
    loop.send(Job("inspect", {"limits": LIMITS}, 100), content=pictures.photo(60, 40))
    request = loop.receive()
    assert request[:1] == messages.MEMORY
    assert 0 < messages.load_number(request[1:]) < 60 * 40 * 5
    loop.server.send(reply)
    message = loop.receive()
    if reply == messages.YES:
        assert result_of(Inspection, message).width == 60
    else:
        assert messages.load(ErrorReport, message[1:]).kind == "ServerBusy"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NotAnImage("no picture"), "NotAnImage"),
        (MemoryError(), messages.OUT_OF_MEMORY),
        (OSError(12, "Cannot allocate memory"), messages.OUT_OF_MEMORY),
        (OSError("decoder error: out of memory error"), messages.OUT_OF_MEMORY),
        (OSError(28, "No space left on device"), messages.OS_ERROR),
        (ZeroDivisionError(), messages.UNEXPECTED),
    ],
)
def test_errors_are_reported_by_kind(loop: Loop, error: Exception, kind: str) -> None:
    loop.send(Job("raise", {"error": error}, 0))
    message = loop.receive()
    assert message[:1] == messages.ERROR
    report = messages.load(ErrorReport, message[1:])
    assert report.kind == kind
    assert (report.as_error() is None) == (kind != "NotAnImage")


def test_warnings_are_sent_to_the_server(loop: Loop) -> None:
    loop.send(Job("log", {}, 0))
    line = loop.receive()
    assert line[:1] == messages.LOG
    assert messages.load(messages.LogLine, line[1:]).message == "damaged"
    assert result_of(int, loop.receive()) == 1


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (int, b"1.5"),
        (int, b"true"),
        (int, b'"1"'),
        (str, b"1"),
        (tuple[int, int], b"[1]"),
        (tuple[int, ...], b'[1, "a"]'),
        (ErrorReport, b'{"kind": "a", "message": "b"}'),
        (ErrorReport, b'{"kind": "a", "message": "b", "errno": 1, "more": 1}'),
        (dict[str, float], b'{"a": "b"}'),
        (int | None, b'"a"'),
        (int, b"{"),
        (int, b"\xff"),
        (int, b"[" * 100_000),
    ],
)
def test_values_of_other_types_are_refused(kind: Any, body: bytes) -> None:
    with pytest.raises(BadMessage):
        messages.load(kind, body)


@pytest.mark.parametrize("body", [b"", b"-1", b"1e9", b"9" * 13, b"a"])
def test_numbers_in_another_form_are_refused(body: bytes) -> None:
    with pytest.raises(BadMessage):
        messages.load_number(body)


def test_optional_values_are_read() -> None:
    assert messages.load(int | None, b"null") is None
    assert messages.load(tuple[float, ...], b"[1, 2.5]") == (1.0, 2.5)


def test_idle_worker_returns_memory_of_last_picture(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    returned = threading.Event()
    monkeypatch.setattr(worker, "_IDLE", 0.001)
    monkeypatch.setattr(worker, "return_freed_memory", returned.set)
    for _ in range(2):
        loop.send(Job("read_header", {"limits": LIMITS}, 0), content=pictures.photo(60, 40))
        assert loop.receive().startswith(messages.RESULT)
        assert returned.wait(60)
