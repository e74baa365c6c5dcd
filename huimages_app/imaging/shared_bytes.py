"""Bytes of one capacity that several processes take."""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_NUMBER: Final = 8  # bytes of a number in the table


class SharedBytes:
    """A table of the bytes that each process has taken, made before the processes are forked.

    What a process has taken is free again when it is dead, however it ended.  A process that
    finds too little free is the next to get some, so that small requests of others do not keep a
    large one waiting for ever.  Used by one thread of a process at a time.
    """

    def __init__(self, capacity: int, processes: int) -> None:
        """`processes`: how many live at the same time, at most."""
        self._capacity = capacity
        # Dead processes occupy rows until others look for one.
        self._rows = 2 * processes
        length = (2 * self._rows + 1) * _NUMBER
        self._file = os.memfd_create("decoding-budget")
        os.ftruncate(self._file, length)
        # Process and bytes of each row; at the end the process that is the next.
        self._table = memoryview(mmap.mmap(self._file, length)).cast("q")
        self._next = 2 * self._rows
        self._lock: tuple[int, int] | None = None  # process and descriptor

    def take(self, size: int) -> bool:
        """Take bytes if they are free; else return False and make this process the next in line."""
        with self._locked():
            process = os.getpid()
            first = self._table[self._next]
            if first not in {0, process} and _is_alive(first):
                return False
            row = self._own_row(process)
            if row is None or self._taken() + size > self._capacity:
                self._table[self._next] = process
                return False
            self._table[row] = process
            self._table[row + 1] += size
            self._table[self._next] = 0
            return True

    def withdraw(self) -> None:
        """Give up the place as the next in line."""
        with self._locked():
            if self._table[self._next] == os.getpid():
                self._table[self._next] = 0

    def give_back(self, size: int) -> None:
        """Free bytes that this process has taken."""
        with self._locked():
            row = self._own_row(os.getpid())
            if row is not None:
                self._table[row + 1] -= size

    def _own_row(self, process: int) -> int | None:
        """Return the row of a process, or one that is free; frees those of dead processes."""
        free = None
        for row in range(0, 2 * self._rows, 2):
            owner = self._table[row]
            if owner == process:
                return row
            if owner and not _is_alive(owner):
                self._table[row] = self._table[row + 1] = owner = 0
            if not owner and free is None:
                free = row
        return free

    def _taken(self) -> int:
        return sum(
            self._table[row + 1]
            for row in range(0, 2 * self._rows, 2)
            if self._table[row] and _is_alive(self._table[row])
        )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes out.  The kernel ends the lock of a process that dies."""
        process = os.getpid()
        if self._lock is None or self._lock[0] != process:
            # Descriptors inherited by a fork share their locks.
            path = f"/proc/self/fd/{self._file}"
            self._lock = (process, os.open(path, os.O_RDWR | os.O_CLOEXEC))
        descriptor = self._lock[1]
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # the ID was given to a process of another user
        return False
    return True
