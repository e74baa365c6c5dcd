"""Change the orientation in an EXIF block or a TIFF file, and nothing else."""

from __future__ import annotations

import io
import struct
from typing import Final

from .header_limits import CutShort, HeaderReader
from .header_limits.reader import Part
from .orientation import CODES, PREFIX, PREFIXES, TAG

_MAX_ENTRIES: Final = 1000
_SHORT: Final = 3

# Of a quarter clockwise.
_QUARTER: Final = {1: 6, 6: 3, 3: 8, 8: 1, 2: 7, 7: 4, 4: 5, 5: 2}


def turned(orientation: int, quarters: int) -> int:
    """Return the orientation of a picture that is turned clockwise by quarters of a full turn."""
    for _ in range(quarters % 4):
        orientation = _QUARTER[orientation]
    return orientation


def new_block(orientation: int) -> bytes:
    """Return a TIFF block, as EXIF has it, that states the orientation only."""
    entry = struct.pack(">HHLHH", TAG, _SHORT, 1, orientation, 0)
    return b"MM\0*" + struct.pack(">LH", 8, 1) + entry + bytes(4)


def turned_block(block: bytes, quarters: int) -> bytes:
    """Return an EXIF block with the turned orientation; a new one if it cannot be read."""
    prefix = b""
    while block.startswith(PREFIX, len(prefix)) and len(prefix) < PREFIXES * len(PREFIX):
        prefix += PREFIX
    content = block[len(prefix) :]
    try:
        return prefix + b"".join(
            content[part[0] : part[1]] if isinstance(part, tuple) else part
            for part in turned_parts(HeaderReader(io.BytesIO(content)), quarters)
        )
    except (CutShort, ValueError):
        return prefix + new_block(turned(1, quarters))


def turned_parts(reader: HeaderReader, quarters: int) -> list[Part]:
    """Return the parts of a TIFF file or block with the turned orientation.

    The entry is changed where it is.  A directory without one is copied with it to the end, since
    nothing else may move: offsets in the file are absolute.  Raises ValueError for anything but a
    classic TIFF, CutShort.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(reader.read(0, 4))
    if order is None:
        raise ValueError("no classic TIFF")
    (start,) = struct.unpack(order + "L", reader.read(4, 4))
    (count,) = struct.unpack(order + "H", reader.read(start, 2))
    if count > _MAX_ENTRIES:
        raise ValueError(f"{count} entries in a directory")
    directory = reader.read(start + 2, 12 * count + 4)
    entries = [directory[12 * index : 12 * index + 12] for index in range(count)]
    for index, entry in enumerate(entries):
        tag, type_ = struct.unpack_from(order + "HH", entry)
        if tag == TAG and type_ in CODES:
            (present,) = struct.unpack_from(order + CODES[type_], entry, 8)
            new = turned(present if present in _QUARTER else 1, quarters)
            value = struct.pack(order + CODES[type_], new)
            at = start + 2 + 12 * index + 8
            return [(0, at), value, (at + len(value), reader.length)]
    entry = struct.pack(order + "HHLHH", TAG, _SHORT, 1, turned(1, quarters), 0)
    others = [e for e in entries if struct.unpack_from(order + "H", e) != (TAG,)]
    ordered = sorted([*others, entry], key=lambda e: struct.unpack_from(order + "H", e))
    filling = bytes(reader.length % 2)  # directories begin at even offsets
    copied = struct.pack(order + "H", len(ordered)) + b"".join(ordered) + directory[-4:]
    offset = struct.pack(order + "L", reader.length + len(filling))
    return [(0, 4), offset, (8, reader.length), filling + copied]
