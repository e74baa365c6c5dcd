"""Files: atomic writing and comparison."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_CHUNK = 1 << 20  # bytes


@contextlib.contextmanager
def atomic_write(
    path: Path,
    *,
    overwrite: bool = True,
    mode: int = 0o600,
    folder: Path | None = None,
    sync: bool = True,
) -> Iterator[BinaryIO]:
    """Yield a file whose content appears at `path` when the context ends, or not at all.

    The content is written to a temporary file in `folder` (that of `path` if not given, else
    one on the same filesystem) and renamed.  Without `overwrite` it is linked, which raises
    FileExistsError if `path` exists.  With `sync`, content and name are flushed to the disk.
    Raises OSError; the temporary file is removed in any case.
    """
    temporary = (folder or path.parent) / f".{secrets.token_hex(16)}.tmp"
    descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with open(descriptor, "w+b") as file:  # noqa: PTH123 - a descriptor, not a path
            yield file
            file.flush()
            if sync:
                os.fsync(descriptor)
        if overwrite:
            temporary.replace(path)
        else:
            path.hardlink_to(temporary)
        if sync:
            sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk.  Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def same_bytes(one: BinaryIO, other: BinaryIO) -> bool:
    """Return whether two seekable files are equal, both read from their start.

    An equal SHA-1 does not prove it: collisions can be made.
    """
    one.seek(0)
    other.seek(0)
    while chunk := one.read(_CHUNK):
        if other.read(len(chunk)) != chunk:
            return False
    return not other.read(1)
