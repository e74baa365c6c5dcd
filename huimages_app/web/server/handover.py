"""Replacing the program by its new version, in the same process and on the same sockets.

The supervisor first loads the new version in a trial process, so that a mistake in an ini file
does not end the site.  Then it executes the new version in its own process, which keeps its ID,
its children and the descriptors named in a variable.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import Final, NoReturn

from .sockets import ListeningSockets

_TRIAL: Final = "HUIMAGES_SERVER_TRIAL"
_HANDOVER: Final = "HUIMAGES_SERVER_HANDOVER"
_SUCCESS: Final = b"loaded"


@dataclass(frozen=True)
class Handover:
    """The sockets of the previous version, and the pipe by which its workers stop."""

    listening: ListeningSockets
    stop: int


class Trial:
    """A process that loads the new version and ends."""

    def __init__(self) -> None:
        self._report, its = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603
            _command(), env={**os.environ, _TRIAL: str(its)}, pass_fds=[its]
        )
        os.close(its)

    @property
    def process_id(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()

    def has_succeeded(self, status: int) -> bool:
        """Return whether it loaded the new version; `status` is that of the ended process."""
        self._process.returncode = status
        report = os.read(self._report, len(_SUCCESS))
        os.close(self._report)
        return report == _SUCCESS


def is_trial() -> bool:
    """Return whether this process is to load the program only."""
    return _TRIAL in os.environ


def report_success() -> None:
    """Report to the supervisor that the program was loaded."""
    with os.fdopen(int(os.environ[_TRIAL]), "wb") as report:
        report.write(_SUCCESS)


def received() -> Handover | None:
    """Return what the previous version left to this process."""
    text = os.environ.pop(_HANDOVER, "")
    if not text:
        return None
    left = json.loads(text)
    if left["process"] != os.getpid():
        return None
    sockets = [socket.socket(fileno=number) for number in left["sockets"]]
    for number in (*left["sockets"], left["stop"]):
        os.set_inheritable(number, False)
    for one in sockets:
        one.setblocking(False)
    return Handover(ListeningSockets(sockets, left["outlive_it"]), left["stop"])


def execute(listening: ListeningSockets, stop: int) -> NoReturn:
    """Execute the new version in this process.  Raises OSError."""
    numbers = [one.fileno() for one in listening.sockets]
    left = {
        "process": os.getpid(),
        "sockets": numbers,
        "outlive_it": listening.outlive_it,
        "stop": stop,
    }
    for number in (*numbers, stop):
        os.set_inheritable(number, True)
    sys.stdout.flush()
    sys.stderr.flush()
    command = _command()
    os.execve(command[0], command, {**os.environ, _HANDOVER: json.dumps(left)})  # noqa: S606


def _command() -> list[str]:
    return [sys.executable, *sys.orig_argv[1:]]
