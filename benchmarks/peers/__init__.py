"""The servers that are compared, each started the way it is meant to be."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Request
from benchmarks.originals import Original
from huimages_app.domain.sizes import Size
from tests.support.processes import free_port, serving

CHECKOUT = Path(__file__).parents[2]
INSTALLED = CHECKOUT / ".services/bench"
UNPACKED = INSTALLED / "debian"  # packages of Debian: see the Makefile

# So that programs which were unpacked find the libraries that were.
LIBRARIES = {"LD_LIBRARY_PATH": ":".join(map(str, UNPACKED.glob("usr/lib/*-linux-gnu")))}

Address = Callable[[Original, Size], str]


class NotInstalled(Exception):
    """A server, or something it needs, is not on this machine."""


@dataclass(frozen=True)
class Server:
    """A server that runs.  `path` is where it shows an original in a size."""

    name: str
    version: str
    url: str
    pid: int
    path: Address

    def request(self, original: Original, size: Size) -> Request:
        """For the original in that size, and what has to come."""
        return Request(self.path(original, size), *size.fitted(original.width, original.height))


@contextmanager
def started(
    name: str,
    version: str,
    command: Callable[[int], Sequence[str | Path]],
    path: Address,
    folder: Path,
    environ: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A server on a free port; `command` is told which."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with serving(command(port), url, folder=folder, environ=environ, seconds=60) as process:
        yield Server(name, version, url, process.pid, path)


def box(size: Size) -> str:
    """A size as most servers spell it: 240x160."""
    return f"{size.width}x{size.height}"


def program(name: str) -> str:
    """Where a program is; raises NotInstalled."""
    # Debian keeps servers where only root looks.
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:{UNPACKED / 'usr/bin'}"
    found = shutil.which(name, path=path)
    if found is None:
        raise NotInstalled(f"{name} is not installed")
    return found


def said(*command: str | Path) -> str:
    """What a command prints."""
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **LIBRARIES}
    )
    return (done.stdout + done.stderr).strip()
