"""The compared servers, each started in its usual way."""

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

# Lets unpacked programs find unpacked libraries.
LIBRARIES = {"LD_LIBRARY_PATH": ":".join(map(str, UNPACKED.glob("usr/lib/*-linux-gnu")))}

PathOf = Callable[[Original, Size], str]


class NotInstalled(Exception):
    """A server, or something it needs, is not installed."""


@dataclass(frozen=True)
class Server:
    """A running server.  `path` returns the URL path of an original in a size."""

    name: str
    version: str
    url: str
    pid: int
    path: PathOf

    def request(self, original: Original, size: Size) -> Request:
        """Return the request for an original in a size."""
        return Request(self.path(original, size), *size.fitted(original.width, original.height))


@contextmanager
def started(
    name: str,
    version: str,
    command: Callable[[int], Sequence[str | Path]],
    path: PathOf,
    folder: Path,
    environ: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run a server on a free port, which `command` gets."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with serving(command(port), url, folder=folder, environ=environ, seconds=60) as process:
        yield Server(name, version, url, process.pid, path)


def box(size: Size) -> str:
    """Return a size in the usual form: 240x160."""
    return f"{size.width}x{size.height}"


def program(name: str) -> str:
    """Return the path of a program; raises NotInstalled."""
    # Debian keeps servers where only root looks.
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:{UNPACKED / 'usr/bin'}"
    found = shutil.which(name, path=path)
    if found is None:
        raise NotInstalled(f"{name} is not installed")
    return found


def output_of(*command: str | Path) -> str:
    """Return the output of a command."""
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **LIBRARIES}
    )
    return (done.stdout + done.stderr).strip()
