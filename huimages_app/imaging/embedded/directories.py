"""Directories of a TIFF file or an EXIF block (TIFF 6.0, Exif 3.0)."""

from __future__ import annotations

import io
import struct
from collections.abc import Collection, Mapping
from typing import Final

from ..header_limits import HeaderReader

# Bytes of a value by its type.
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 13: 4, 129: 1}
_LONG: Final = {3: "H", 4: "L", 13: "L"}
_MAX_ENTRIES: Final = 1000
MAX_VALUE: Final = 1 << 20  # bytes

_PREFIX: Final = b"Exif\0\0"
_EXIF_IFD: Final = 0x8769


class Directory:
    """The wanted values of one directory, by tag."""

    def __init__(self, order: str, values: Mapping[int, tuple[int, bytes]]) -> None:
        self._order = order
        self._values = values

    def data(self, tag: int) -> bytes:
        """Return the bytes of a value; empty if it is missing."""
        return self._values.get(tag, (0, b""))[1]

    def number(self, tag: int) -> int:
        """Return a value as a number; 0 if it is missing or of another type."""
        kind, data = self._values.get(tag, (0, b""))
        code = _LONG.get(kind)
        return int(struct.unpack_from(self._order + code, data)[0]) if code and data else 0


def read_directories(
    block: bytes | HeaderReader, main: Collection[int], exif: Collection[int] = ()
) -> tuple[Directory, Directory]:
    """Return the wanted tags of the first directory, and those of its EXIF directory.

    `block` is an EXIF block, or the reader of a TIFF file.  Raises CutShort, struct.error.
    """
    if isinstance(block, bytes):
        while block.startswith(_PREFIX):
            block = block.removeprefix(_PREFIX)
        block = HeaderReader(io.BytesIO(block))
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block.read_at_most(0, 4), "")
    if not order:
        return Directory("<", {}), Directory("<", {})
    (start,) = struct.unpack(order + "L", block.read(4, 4))
    first = _read(block, order, start, {*main, _EXIF_IFD})
    second = first.number(_EXIF_IFD)
    return first, _read(block, order, second, exif) if second and exif else Directory(order, {})


def _read(reader: HeaderReader, order: str, start: int, wanted: Collection[int]) -> Directory:
    (count,) = struct.unpack(order + "H", reader.read(start, 2))
    values: dict[int, tuple[int, bytes]] = {}
    for index in range(min(count, _MAX_ENTRIES)):
        entry = reader.read_at_most(start + 2 + 12 * index, 12)
        if len(entry) < 12:
            break
        tag, kind, length = struct.unpack(order + "HHL", entry[:8])
        size = _SIZES.get(kind, 0) * length
        if tag not in wanted or tag in values or not 0 < size <= MAX_VALUE:
            continue
        if size <= 4:
            values[tag] = (kind, entry[8 : 8 + size])
        else:
            (offset,) = struct.unpack(order + "L", entry[8:])
            # One value beyond the end does not spoil the others.
            values[tag] = (kind, reader.read_at_most(offset, size))
    return Directory(order, values)
