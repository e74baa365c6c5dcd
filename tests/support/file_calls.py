"""Calls of the operating system for files, by name, without a tracer of the system."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

# Functions of these modules that have nothing to do with files.
_OTHERS = {"fspath", "getpid", "urandom", "register_at_fork", "sched_getaffinity", "sysconf"}
_recording: dict[int, list[str]] = {}  # the calls of a thread, by its number
_hooks: list[object] = []


@contextmanager
def file_calls() -> Iterator[list[str]]:
    """Yield the list of the calls that this thread makes inside.

    Those of C code are not in it, such as the reads of an open file.
    """
    calls: list[str] = []

    def profile(frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call" and getattr(function, "__module__", "") in {"posix", "fcntl"}:
            name = function.__name__
            # Those with an underscore compute paths.
            if name not in _OTHERS and name != "open" and not name.startswith("_"):
                calls.append(name)

    if not _hooks:
        sys.addaudithook(_note_open)  # for ever
        _hooks.append(_note_open)
    thread = threading.get_ident()
    _recording[thread] = calls
    before = sys.getprofile()
    gc.collect()  # a collection inside would close descriptors that others have left
    gc.disable()
    sys.setprofile(profile)
    try:
        yield calls
    finally:
        sys.setprofile(before)
        gc.enable()
        del _recording[thread]


def _note_open(event: str, arguments: tuple[Any, ...]) -> None:
    # os.open, open and io.FileIO; a descriptor is open already.
    if event == "open" and not isinstance(arguments[0], int):
        _recording.get(threading.get_ident(), []).append("open")
