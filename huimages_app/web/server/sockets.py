"""Listening sockets: opened here, or given by systemd or by the process before this one."""

from __future__ import annotations

import ctypes
import logging
import os
import socket
import stat
import struct
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

log = logging.getLogger(__name__)

# The first descriptor that systemd passes: sd_listen_fds(3).
_FIRST: Final = 3

# SO_ATTACH_FILTER of Linux, which Python does not name, and a filter in classic BPF: socket(7),
# Documentation/networking/filter.rst.  The data of a TCP socket begin with the TCP header.
_ATTACH_FILTER: Final = 26
_DROP_SYN: Final = (
    (0x30, 0, 0, 13),  # load the flags
    (0x54, 0, 0, 0x12),  # keep SYN and ACK
    (0x15, 0, 1, 0x02),  # is it SYN alone?
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFFFFFF),  # pass
)


@dataclass(frozen=True)
class ListeningSockets:
    """The sockets of a service; `outlive_it` if systemd keeps them, and what waits in them."""

    sockets: Sequence[socket.socket]
    outlive_it: bool = False

    def refuse(self) -> None:
        """Establish no more connections: call it before the sockets are closed for good.

        Closing one resets the connections that were established and not accepted, even with a
        request on its way.  A proxy does not send that again if it may have been acted on.
        A client waits for a second, and is refused when the socket is closed.
        """
        if self.outlive_it:
            return
        for one in self.sockets:
            try:
                _refuse(one)
            except OSError as error:
                log.warning("connections may be reset while stopping error=%s", error)


def listening_sockets(
    adjustments: Any, environ: MutableMapping[str, str] = os.environ
) -> ListeningSockets:
    """Return the sockets of systemd, or else those that the options of waitress name.

    Raises OSError if one of these cannot be opened.
    """
    if given := _given_by_systemd(environ):
        return ListeningSockets(given, outlive_it=True)
    if adjustments.unix_socket:
        path, permissions = adjustments.unix_socket, adjustments.unix_socket_perms
        return ListeningSockets([_unix(path, permissions, adjustments.backlog)])
    opened: list[socket.socket] = []
    try:
        for family, kind, protocol, where in adjustments.listen:
            opened.append(_tcp(family, kind, protocol, where, adjustments.backlog))
    except OSError:
        for one in opened:
            one.close()
        raise
    return ListeningSockets(opened)


def described(listening: socket.socket) -> str:
    """Return where a socket listens, for the log."""
    name = listening.getsockname()
    if listening.family == socket.AF_UNIX:
        return f"socket={name}"
    return f"host={name[0]} port={name[1]}"


def _refuse(listening: socket.socket) -> None:
    if listening.family == socket.AF_UNIX:
        listening.shutdown(socket.SHUT_RD)  # those that wait are still accepted
        return
    instructions = b"".join(struct.pack("HBBI", *one) for one in _DROP_SYN)
    memory = ctypes.create_string_buffer(instructions)
    program = struct.pack("HP", len(_DROP_SYN), ctypes.addressof(memory))
    listening.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, program)


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
