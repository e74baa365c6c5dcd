"""Listening sockets: opened here, or given by systemd or by the process before this one."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final

# The first descriptor that systemd passes: sd_listen_fds(3).
_FIRST: Final = 3


def listening_sockets(
    adjustments: Any, environ: MutableMapping[str, str] = os.environ
) -> list[socket.socket]:
    """Return the sockets of systemd, or else those that the options of waitress name.

    Raises OSError if one of these cannot be opened.
    """
    if given := _given_by_systemd(environ):
        return given
    if adjustments.unix_socket:
        return [_unix(adjustments.unix_socket, adjustments.unix_socket_perms, adjustments.backlog)]
    opened: list[socket.socket] = []
    try:
        for family, kind, protocol, where in adjustments.listen:
            opened.append(_tcp(family, kind, protocol, where, adjustments.backlog))
    except OSError:
        for one in opened:
            one.close()
        raise
    return opened


def described(listening: socket.socket) -> str:
    """Return where a socket listens, for the log."""
    name = listening.getsockname()
    if listening.family == socket.AF_UNIX:
        return f"socket={name}"
    return f"host={name[0]} port={name[1]}"


def _given_by_systemd(environ: MutableMapping[str, str]) -> list[socket.socket]:
    """Return the sockets of socket activation.  They are not given to child processes."""
    process, count = environ.pop("LISTEN_PID", ""), environ.pop("LISTEN_FDS", "0")
    environ.pop("LISTEN_FDNAMES", None)
    if process != str(os.getpid()):
        return []
    sockets = [socket.socket(fileno=_FIRST + number) for number in range(int(count))]
    for one in sockets:
        one.set_inheritable(False)
        one.setblocking(False)
    return sockets


def _tcp(family: int, kind: int, protocol: int, where: Any, backlog: int) -> socket.socket:
    listening = socket.socket(family, kind, protocol)
    try:
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(where)
        listening.listen(backlog)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening


def _unix(path: str, permissions: int, backlog: int) -> socket.socket:
    if Path(path).exists() and stat.S_ISSOCK(Path(path).stat().st_mode):
        Path(path).unlink()  # left by a process that has ended
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(path)
        Path(path).chmod(permissions)
        listening.listen(backlog)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening
