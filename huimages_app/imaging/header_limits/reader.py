"""Bounded access to the bytes of an untrusted file."""

from __future__ import annotations

import io
import os
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import BinaryIO, Final

_BLOCK: Final = 1 << 16

# A range of a file (start, stop), or bytes that take its place.
Part = tuple[int, int] | bytes


class CutShort(Exception):
    """A header names bytes beyond the end of the file; callers get NotAnImage instead."""


class HeaderReader:
    """Reads parts of a file by offset.  Never seeks beyond the end of the file.

    In-memory and on-disk files differ in what they raise for absurd offsets; here both
    raise CutShort.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.length = file.seek(0, os.SEEK_END)

    def read(self, offset: int, size: int) -> bytes:
        """Return exactly `size` bytes.  Raises CutShort."""
        if not 0 <= size <= self.length - offset:
            raise CutShort(
                f"its header names bytes up to {offset + size}, and it has {self.length} bytes"
            )
        return self.read_at_most(offset, size)

    def read_at_most(self, offset: int, size: int) -> bytes:
        """Return up to `size` bytes, fewer at the end of the file."""
        if not 0 <= offset < self.length:
            return b""
        self._file.seek(offset)
        return self._file.read(min(size, self.length - offset))

    def skip(self, offset: int, byte: bytes) -> int:
        """Return the offset of the first byte from `offset` on that is not `byte`."""
        while block := self.read_at_most(offset, _BLOCK):
            rest = block.lstrip(byte)
            offset += len(block) - len(rest)
            if rest:
                break
        return offset

    def find(self, wanted: bytes, offset: int) -> int:
        """Return the offset of the first occurrence from `offset` on; -1 if there is none."""
        overlap = len(wanted) - 1
        while len(block := self.read_at_most(offset, _BLOCK + overlap)) > overlap:
            if (position := block.find(wanted)) >= 0:
                return offset + position
            offset += _BLOCK
        return -1

    def find_all(self, wanted: bytes, offset: int, most: int) -> list[int]:
        """Return the offsets of the first `most` occurrences of two bytes from `offset` on."""
        found: list[int] = []
        while len(found) < most and len(block := self.read_at_most(offset, _BLOCK + 1)) > 1:
            position = block.find(wanted)
            while position >= 0 and len(found) < most:
                found.append(offset + position)
                position = block.find(wanted, position + 2)
            offset += _BLOCK
        return found


class PartialFile(io.RawIOBase):
    """A read-only file that consists of parts of another one, without copying them."""

    def __init__(self, file: BinaryIO, parts: Sequence[Part]) -> None:
        super().__init__()
        self._file = file
        self._parts = _joined(parts)
        self._starts = [0, *accumulate(_size(part) for part in self._parts)]
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._starts[-1]}
        if base[whence] + offset < 0:
            raise ValueError(f"negative position {base[whence] + offset}")
        self._position = base[whence] + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        index = bisect_right(self._starts, self._position) - 1
        if index >= len(self._parts):
            return 0
        part, start = self._parts[index], self._position - self._starts[index]
        size = min(len(buffer), _size(part) - start)
        if isinstance(part, bytes):
            data = part[start : start + size]
        else:
            self._file.seek(part[0] + start)
            data = self._file.read(size)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def partial_file(file: BinaryIO, parts: Sequence[Part]) -> BinaryIO:
    """Return a buffered PartialFile."""
    return io.BufferedReader(PartialFile(file, parts), _BLOCK)


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Return the parts that are not empty; ranges that follow each other are one.

    A read does not cross the end of a part, and most headers have ten segments in a row.
    """
    joined: list[Part] = []
    for part in filter(_size, parts):
        last = joined[-1] if joined else b""
        if isinstance(part, tuple) and isinstance(last, tuple) and last[1] == part[0]:
            joined[-1] = (last[0], part[1])
        else:
            joined.append(part)
    return joined


def _size(part: Part) -> int:
    return len(part) if isinstance(part, bytes) else part[1] - part[0]
