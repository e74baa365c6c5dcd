"""Memory and CPU time of a process and its descendants."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PAUSE = 0.01  # seconds between samples
_FAMILY = 0.5  # seconds between searches for new children


class Peak:
    """Peak memory in bytes; memory that processes share counts once."""

    def __init__(self, pid: int) -> None:
        self.bytes = 0
        self._pid = pid
        self._ended = threading.Event()

    def watch(self) -> None:
        looked = 0.0
        while not self._ended.wait(_PAUSE):
            if time.monotonic() - looked > _FAMILY:
                pids, looked = family(self._pid), time.monotonic()
            self.bytes = max(self.bytes, sum(map(_proportional, pids)))

    def end(self) -> None:
        self._ended.set()


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """Sample the memory of a process and its descendants while the context lasts."""
    peak = Peak(pid)
    thread = threading.Thread(target=peak.watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        peak.end()
        thread.join()


def core_seconds(pid: int) -> float:
    """Return the CPU seconds that a process and its descendants have used so far."""
    ticks = 0
    for member in family(pid):
        with suppress(OSError):
            ticks += sum(map(int, _fields(member)[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """Return the IDs of a process and its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                pid_of = int(entry.name)
                children.setdefault(int(_fields(pid_of)[1]), []).append(pid_of)
    found = [pid]
    for parent in found:
        found.extend(children.get(parent, ()))
    return found


def _fields(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on."""
    # The name before it may hold blanks and brackets.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _proportional(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
