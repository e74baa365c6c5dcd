"""Descriptors that a worker gets: files for reading with a position of their own, and targets."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import UnsupportedOperation
from pathlib import Path
from typing import BinaryIO


@contextmanager
def for_reading(file: BinaryIO) -> Iterator[int]:
    """Yield a descriptor that can only read what is in `file`, from its start.

    A file that is in memory is copied.  Raises OSError.
    """
    descriptor = _reopened(file)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def for_writing(target: Path | int) -> Iterator[int]:
    """Yield the descriptor of an empty file.  Raises OSError."""
    if isinstance(target, int):
        yield target
        return
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _reopened(file: BinaryIO) -> int:
    try:
        number = file.fileno()
    except (AttributeError, UnsupportedOperation):
        return _copied(file)
    if file.writable():
        file.flush()
    return os.open(f"/proc/self/fd/{number}", os.O_RDONLY | os.O_CLOEXEC)


def _copied(file: BinaryIO) -> int:
    descriptor = os.memfd_create("picture")
    try:
        file.seek(0)
        with open(descriptor, "wb", closefd=False) as copy:
            shutil.copyfileobj(file, copy, 1 << 20)
        return os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(descriptor)
