"""Numbers of files and bytes in a file that all processes of a machine add to."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CONTENT = struct.Struct("<qq36s")  # files, bytes, and the boot they were set in
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Usage:
    """The content of the cache."""

    files: int
    bytes: int


class SharedUsage:
    """The numbers in the file `path`.  Thread-safe, and safe with several processes.

    They are forgotten when the machine boots: a power cut may have left empty files, which the
    next count removes (docs/decisions/002).
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, files: int, length: int) -> Usage | None:
        """Add to them and return the sums; None if not set since the boot.  Raises OSError."""
        with self._locked() as descriptor:
            content = os.pread(descriptor, _CONTENT.size, 0)
            if len(content) != _CONTENT.size:
                return None
            total_files, total_bytes, boot_id = _CONTENT.unpack(content)
            if boot_id != _boot_id():
                return None
            usage = Usage(total_files + files, total_bytes + length)
            os.pwrite(descriptor, _CONTENT.pack(usage.files, usage.bytes, boot_id), 0)
            return usage

    def value(self) -> Usage | None:
        """Return them; None if not set since the boot.  Raises OSError."""
        return self.add(0, 0)

    def set(self, usage: Usage) -> None:
        """Set them.  Raises OSError."""
        with self._locked() as descriptor:
            os.pwrite(descriptor, _CONTENT.pack(usage.files, usage.bytes, _boot_id()), 0)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


@functools.cache
def _boot_id() -> bytes:
    """Return the ID of this boot; empty on systems without one."""
    try:
        return _BOOT_ID.read_bytes().strip()[:36]
    except OSError:  # pragma: no cover - not on Linux
        return b"".ljust(36, b"\0")
