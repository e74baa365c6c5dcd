"""Landlock: take all access to files from this process, but reading below some folders.

See landlock(7).  Linux 5.13 and newer have it; glibc has no functions for it.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

# The same on all architectures.
_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_VERSION: Final = 1  # flag: return the version of the interface
_PATH_BENEATH: Final = 1  # type of a rule

_READ_FILE: Final = 1 << 2
_READ_DIR: Final = 1 << 3
# Rights to files that each version of the interface knows: bits 0 to n-1.
_FILE_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15}
_NEWEST_FILE_RIGHTS: Final = 16  # version 5
_TCP_RIGHTS: Final = 0b11  # version 4: bind, connect
_SCOPES: Final = 0b11  # version 6: abstract Unix sockets, signals to processes outside

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def version() -> int:
    """Return the version of the interface; 0 if the system has none or forbids it."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, 0, _VERSION)))


def restrict(readable: Iterable[Path]) -> int:
    """Forbid this process all access to files that it has not opened yet, but reading.

    Files can be read below the `readable` folders.  Where the interface allows it, TCP
    and signals are forbidden, too.  The process needs `no_new_privs`.  Returns the version of
    the interface; 0 if nothing could be forbidden.  Raises OSError.
    """
    found = version()
    if not found:
        return 0
    rules = _Ruleset(
        (1 << _FILE_RIGHTS.get(found, _NEWEST_FILE_RIGHTS)) - 1,
        _TCP_RIGHTS if found >= 4 else 0,
        _SCOPES if found >= 6 else 0,
    )
    ruleset = _call(_CREATE_RULESET, ctypes.byref(rules), ctypes.sizeof(rules), 0)
    try:
        for folder in readable:
            _allow_reading(ruleset, folder)
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return found


def _allow_reading(ruleset: int, folder: Path) -> None:
    try:
        descriptor = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = _PathBeneath(_READ_FILE | _READ_DIR, descriptor)
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(descriptor)


def _call(number: int, *arguments: object) -> int:
    result = int(_libc.syscall(number, *arguments))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"landlock: {os.strerror(error)}")
    return result
