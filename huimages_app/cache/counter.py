"""A number in a file that all processes of a machine add to."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
from collections.abc import Iterator
from pathlib import Path

_CONTENT = struct.Struct("<q36s")  # the number, and the boot it was set in
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class SharedCounter:
    """A number in the file `path`.  Thread-safe, and safe with several processes.

    It is forgotten when the machine boots: a power cut may have left empty files, and
    counting anew is what removes them (docs/decisions/002).
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, number: int) -> int | None:
        """Add to it and return the sum; None if it was not set since the boot.  Raises OSError."""
        with self._locked() as descriptor:
            content = os.pread(descriptor, _CONTENT.size, 0)
            if len(content) != _CONTENT.size:
                return None
            total, boot_id = _CONTENT.unpack(content)
            if boot_id != _boot_id():
                return None
            os.pwrite(descriptor, _CONTENT.pack(total + number, boot_id), 0)
            return int(total + number)

    def value(self) -> int | None:
        """Return it; None if it was not set since the boot.  Raises OSError."""
        return self.add(0)

    def set(self, number: int) -> None:
        """Set it.  Raises OSError."""
        with self._locked() as descriptor:
            os.pwrite(descriptor, _CONTENT.pack(number, _boot_id()), 0)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


def _boot_id() -> bytes:
    """Return the ID of this boot; empty on systems without one."""
    try:
        return _BOOT_ID.read_bytes().strip()[:36]
    except OSError:  # pragma: no cover - not on Linux
        return b"".ljust(36, b"\0")
