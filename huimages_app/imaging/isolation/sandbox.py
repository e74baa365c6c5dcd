"""The sandbox of a worker: it may use limited memory and time, and write to open files."""

from __future__ import annotations

import ctypes
import functools
import os
import resource
import signal
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from . import landlock, seccomp

_PACKAGE: Final = Path(__file__).parents[2]
_SET_PARENT_DEATH_SIGNAL: Final = 1
_SET_NO_NEW_PRIVILEGES: Final = 38
_DESCRIPTORS: Final = 64
# Address space beside the pictures: stacks and arenas of the threads of AVIF and HEIC decoders.
_BESIDE: Final = 512 << 20

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Limits of a worker process.

    `memory` for pictures and `file_size` in bytes, `seconds` of CPU time for a job, which may take
    twice as long by the clock.
    """

    memory: int
    file_size: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers of the sandbox that this system has."""

    landlock: int  # version of the interface; 0: none
    seccomp: bool


def end_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends."""
    _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # it has ended already


def enter(limits: WorkerLimits) -> Layers:
    """Restrict this process for ever; return the layers in force.  Raises OSError."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, _DESCRIPTORS)
    _limit(resource.RLIMIT_FSIZE, limits.file_size)
    _limit(resource.RLIMIT_AS, _address_space() + limits.memory + _BESIDE)
    if _libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return Layers(0, seccomp=False)
    return Layers(landlock.restrict(readable()), seccomp=seccomp.restrict())


def limit_cpu_time(seconds: int) -> None:
    """Let the kernel kill this process after so many more seconds of CPU time."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    end = int(usage.ru_utime + usage.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (end, hard))


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


@functools.cache
def readable() -> set[Path]:
    """Return the folders of Python and of this program: modules that are imported late."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return {Path(sysconfig.get_path(name)) for name in names} | {_PACKAGE}
