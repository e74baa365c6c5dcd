"""The `meta` box of AVIF and HEIC: items, their properties, and how they refer to each other."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ...errors import NotAnImage, TooLarge
from .reader import CutShort, HeaderReader

MAX_BOXES: Final = 20_000
MAX_META_BYTES: Final = 4_500_000
MAX_PROPERTIES: Final = 256
# Types of auxiliary pictures that are alpha channels.
_ALPHA: Final = (b"alpha", b"hevc:2015:auxid:1")


@dataclass(slots=True)
class Item:
    """A picture, or what one is derived from."""

    type: bytes = b""
    properties: list[int] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    location: tuple[int, int] | None = None  # offset in the file, length


@dataclass(slots=True)
class Meta:
    """Contents of the `meta` box of a file."""

    primary: int = 0
    items: dict[int, Item] = field(default_factory=dict)
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    alpha_of: list[tuple[int, int]] = field(default_factory=list)  # auxiliary item, its master
    boxes: int = 0

    def item(self, number: int) -> Item:
        """Return an item, created if it is new."""
        return self.items.setdefault(number, Item())

    def values(self, item: Item, name: bytes) -> Iterator[bytes]:
        """Yield the contents of an item's properties of one name."""
        for index in item.properties:
            if 1 <= index <= len(self.properties) and self.properties[index - 1][0] == name:
                yield self.properties[index - 1][1]


def read_meta(reader: HeaderReader) -> Meta | None:
    """Return the contents of the `meta` box; None if there is none."""
    for name, start, end in _file_boxes(reader):
        if name == b"meta":
            if end - start > MAX_META_BYTES:
                raise TooLarge(f"the header of the file has more than {MAX_META_BYTES} bytes")
            meta = Meta()
            _parse_meta(meta, reader.read(start, end - start), start)
            return meta
    return None


def _file_boxes(reader: HeaderReader) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of the contents of each box of the file."""
    position = 0
    for _ in range(MAX_BOXES):
        head = reader.read_at_most(position, 16)
        if len(head) < 8:
            return
        length, name, start = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, start = int.from_bytes(head[8:16], "big"), 16
        elif length == 0:
            length = reader.length - position
        if length < start:
            raise NotAnImage(f"the file is damaged: its box at byte {position} has no length")
        yield name, position + start, min(position + length, reader.length)
        position += length
    raise TooLarge(f"the file has more than {MAX_BOXES} boxes")


def _boxes(meta: Meta, data: bytes, start: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of the contents of each box in `data`."""
    while start + 8 <= len(data):
        meta.boxes += 1
        if meta.boxes > MAX_BOXES:
            raise TooLarge(f"the file has more than {MAX_BOXES} boxes")
        length, name, head = (
            int.from_bytes(data[start : start + 4], "big"),
            data[start + 4 : start + 8],
            8,
        )
        if length == 1:
            length, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        elif length == 0:
            length = len(data) - start
        if length < head or start + length > len(data):
            raise CutShort(f"its box {name!r} is longer than the one around it")
        yield name, start + head, start + length
        start += length


def _parse_meta(meta: Meta, data: bytes, offset: int) -> None:
    """Parse the contents of a `meta` box that stand at `offset` in the file."""
    found = {name: (start, end) for name, start, end in _boxes(meta, data, 4)}

    def contents(name: bytes) -> bytes:
        start, end = found.get(name, (0, 0))
        return data[start:end]

    if primary := contents(b"pitm"):
        (meta.primary,) = struct.unpack_from(">L" if primary[0] else ">H", primary, 4)
    _parse_types(meta, contents(b"iinf"))
    _parse_references(meta, contents(b"iref"))
    _parse_properties(meta, contents(b"iprp"))
    _parse_locations(meta, contents(b"iloc"), offset + found.get(b"idat", (0, 0))[0])


def _parse_types(meta: Meta, data: bytes) -> None:
    if not data:
        return
    for name, start, end in _boxes(meta, data, 8 if data[0] else 6):
        if name == b"infe" and end - start >= 12 and data[start] >= 2:
            code, step = (">H", 2) if data[start] == 2 else (">L", 4)
            (number,) = struct.unpack_from(code, data, start + 4)
            meta.item(number).type = data[start + 6 + step : start + 10 + step]


def _parse_references(meta: Meta, data: bytes) -> None:
    if not data:
        return
    code, step = (">L", 4) if data[0] else (">H", 2)
    for name, start, _end in _boxes(meta, data, 4):
        if name not in (b"dimg", b"auxl"):
            continue
        (origin,) = struct.unpack_from(code, data, start)
        (count,) = struct.unpack_from(">H", data, start + step)
        targets = struct.unpack_from(f">{count}{code[1]}", data, start + step + 2)
        if name == b"dimg":
            meta.item(origin).sources = list(targets)
        else:
            meta.alpha_of += [(origin, target) for target in targets]


def _parse_properties(meta: Meta, data: bytes) -> None:
    associations = []
    for name, start, end in _boxes(meta, data):
        if name == b"ipco":
            part = data[start:end]
            meta.properties = [(kind, part[a:b]) for kind, a, b in _boxes(meta, part)]
        elif name == b"ipma":
            associations.append(data[start:end])
    for part in associations:
        _parse_associations(meta, part)
    pairs = dict.fromkeys(meta.alpha_of)
    meta.alpha_of = [pair for pair in pairs if _is_alpha(meta, pair[0])]


def _parse_associations(meta: Meta, data: bytes) -> None:
    wide, long = data[0] > 0, data[3] & 1
    (count,) = struct.unpack_from(">L", data, 4)
    position = 8
    for _ in range(min(count, len(data))):
        (number,) = struct.unpack_from(">L" if wide else ">H", data, position)
        position += 4 if wide else 2
        amount = data[position]
        codes = f">{amount}{'H' if long else 'B'}"
        indexes = struct.unpack_from(codes, data, position + 1)
        position += 1 + struct.calcsize(codes)
        # The highest bit marks properties that a reader must know.
        properties = meta.item(number).properties
        properties += [index & (0x7FFF if long else 0x7F) for index in indexes]
        if len(properties) > MAX_PROPERTIES:
            raise TooLarge(f"the file has an item with more than {MAX_PROPERTIES} properties")


def _is_alpha(meta: Meta, number: int) -> bool:
    return any(kind in data for data in meta.values(meta.item(number), b"auxC") for kind in _ALPHA)


def _parse_locations(meta: Meta, data: bytes, idat: int) -> None:
    """Note where the first extent of each item stands."""
    if not data:
        return
    version = data[0]
    sizes = struct.unpack_from(">BB", data, 4)
    offset_size, length_size, base_size = sizes[0] >> 4, sizes[0] & 15, sizes[1] >> 4
    index_size = sizes[1] & 15 if version else 0
    (count,) = struct.unpack_from(">L" if version == 2 else ">H", data, 6)
    position = 10 if version == 2 else 8
    for _ in range(min(count, len(data))):
        (number,) = struct.unpack_from(">L" if version == 2 else ">H", data, position)
        position += 4 if version == 2 else 2
        method = 0
        if version:
            (method,) = struct.unpack_from(">H", data, position)
            position += 2
        position += 2  # data reference
        base = int.from_bytes(data[position : position + base_size], "big")
        position += base_size
        (extents,) = struct.unpack_from(">H", data, position)
        position += 2 + index_size
        offset = int.from_bytes(data[position : position + offset_size], "big") + base
        length = int.from_bytes(
            data[position + offset_size : position + offset_size + length_size], "big"
        )
        position += extents * (offset_size + length_size + index_size) - index_size
        start = offset + (idat if method & 15 == 1 else 0)
        meta.item(number).location = (start, length)
