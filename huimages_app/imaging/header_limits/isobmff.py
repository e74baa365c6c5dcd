"""The boxes of AVIF and HEIC (ISO/IEC 14496-12, 23008-12).

A decoder takes memory for every picture that the shown one is derived from: the tiles of
a grid, the layers of an overlay, an alpha channel.  They are added up here first.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ...errors import NotAnImage, TooLarge, UnsupportedImage
from ..options import Limits
from .coded_size import av1_sequence, hevc_size
from .header import Cicp, Header, check_pixels, clean_aperture
from .reader import CutShort, HeaderReader

MAX_BOXES: Final = 20_000
MAX_META_BYTES: Final = 16_000_000
MAX_DERIVATIONS: Final = 4_096
_MAX_DEPTH: Final = 4
# Tiles reach beyond the grid's edge, by less than half of it where they are of any use.
_MAX_EXCESS: Final = 1.5
_DERIVED: Final = {b"grid", b"iovl", b"iden"}
_CODED: Final = {b"av01", b"hvc1"}
_ALPHA: Final = (b"alpha", b"hevc:2015:auxid:1")


@dataclass(slots=True)
class _Item:
    """A picture, or what one is derived from."""

    type: bytes = b""
    properties: list[int] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    location: tuple[int, int] | None = None  # offset in the file, length


@dataclass(slots=True)
class _Meta:
    """What the `meta` box of a file says."""

    primary: int = 0
    items: dict[int, _Item] = field(default_factory=dict)
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    alpha_of: list[tuple[int, int]] = field(default_factory=list)  # auxiliary item, its master
    boxes: int = 0

    def item(self, number: int) -> _Item:
        """Return an item, created if it is new."""
        return self.items.setdefault(number, _Item())

    def values(self, item: _Item, name: bytes) -> Iterator[bytes]:
        """Yield the contents of an item's properties of one name."""
        for index in item.properties:
            if 1 <= index <= len(self.properties) and self.properties[index - 1][0] == name:
                yield self.properties[index - 1][1]


def read_isobmff(reader: HeaderReader, limits: Limits) -> Header:
    """Return the facts of an AVIF or HEIC file.

    Raises NotAnImage, TooLarge, UnsupportedImage.  `crop` is meant for decoders that do
    not apply it: libheif does, libavif does not.
    """
    meta = _read_meta(reader)
    if meta is None:  # a sequence of frames alone, which says its size to the decoder
        return Header()
    main = meta.items.get(meta.primary)
    if main is None:
        raise NotAnImage("the file has no main picture")
    size = _size(meta, main)
    check_pixels(size, True, limits)
    pixels = _Pixels(reader, meta, limits)
    pixels.add(meta.primary, 0)
    for auxiliary, master in meta.alpha_of:
        if master == meta.primary and auxiliary in meta.items:
            pixels.add(auxiliary, 0)
    crops = [clean_aperture(size, _clap(data)) for data in meta.values(main, b"clap")]
    return Header(
        cicp=_cicp(meta, main) or pixels.cicp,
        crop=crops[0] if crops else None,
        decoded_pixels=pixels.total,
    )


@dataclass(slots=True)
class _Pixels:
    """Adds up the pixels that are decoded for a picture; raises TooLarge."""

    reader: HeaderReader
    meta: _Meta
    limits: Limits
    total: int = 0
    derivations: int = 0
    cicp: Cicp | None = None

    def add(self, number: int, depth: int) -> None:
        """Add an item, and all that it is derived from."""
        item = self.meta.items.get(number)
        if item is None:
            raise NotAnImage(f"the picture is derived from item {number}, which is not in the file")
        self.derivations += 1
        if depth > _MAX_DEPTH or self.derivations > MAX_DERIVATIONS:
            raise TooLarge(
                f"the picture is put together from more than {MAX_DERIVATIONS} others, "
                f"or in more than {_MAX_DEPTH} steps"
            )
        if item.type in _DERIVED:
            if item.type == b"grid":
                _check_grid(self.reader, item, self.limits)
            for source in item.sources:
                self.add(source, depth + 1)
        elif item.type in _CODED:
            self._add_coded(item)
        else:
            name = item.type.decode("ascii", "replace")
            raise UnsupportedImage(
                f"the file is whole, but its picture is coded as {name!r}: supported are "
                "AV1 in AVIF, and HEVC in HEIC"
            )

    def _add_coded(self, item: _Item) -> None:
        size = _size(self.meta, item)
        coded = self._coded_size(item) or size
        check_pixels(size, True, self.limits)
        self.total += max(size[0] * size[1], coded[0] * coded[1])
        most = int(min(self.limits.max_pixels, self.limits.max_pixels_whole) * _MAX_EXCESS)
        if self.total > max(most, 1 << 20):
            raise TooLarge(
                f"the picture is put together from more than {self.total:,} pixels: "
                f"at most {most:,} are taken"
            )

    def _coded_size(self, item: _Item) -> tuple[int, int] | None:
        """Return the size that the codec's own header says; None if it can't be told."""
        for data in self.meta.values(item, b"hvcC"):
            return hevc_size(data)
        if item.type == b"av01" and item.location:
            sequence = av1_sequence(self.reader.read_at_most(item.location[0], 256))
            if sequence:
                self.cicp = self.cicp or sequence.cicp
                return sequence.size
        return None


def _size(meta: _Meta, item: _Item) -> tuple[int, int]:
    for data in meta.values(item, b"ispe"):
        if len(data) >= 12:
            return struct.unpack_from(">LL", data, 4)
    raise NotAnImage("the file does not say how large its picture is")


def _check_grid(reader: HeaderReader, item: _Item, limits: Limits) -> None:
    """Check the size of a grid, and that it has as many tiles as it says."""
    if item.location is None:
        raise NotAnImage("the grid of the picture has no description")
    data = reader.read_at_most(item.location[0], 12)
    code, step = (">LL", 8) if data[1:2] and data[1] & 1 else (">HH", 4)
    if len(data) < 4 + step:
        raise CutShort("the description of its grid is too short")
    check_pixels(struct.unpack_from(code, data, 4), True, limits)
    if (data[2] + 1) * (data[3] + 1) != len(item.sources):
        raise NotAnImage(
            f"the grid of the picture has {data[2] + 1} x {data[3] + 1} tiles, "
            f"and {len(item.sources)} are in the file"
        )


def _clap(data: bytes) -> tuple[int, int, int, int, int, int, int, int]:
    if len(data) < 32:
        raise CutShort("its crop (clap) is too short")
    # Width and height are unsigned, offsets signed, denominators positive.
    width, w, height, h, across, a, down, d = struct.unpack_from(">LLLLlLlL", data)
    return width, w, height, h, across, a, down, d


def _cicp(meta: _Meta, item: _Item) -> Cicp | None:
    """Return the colours of the `nclx` property; None where an ICC profile counts instead."""
    colours = list(meta.values(item, b"colr"))
    if any(data[:4] in (b"prof", b"rICC") for data in colours):
        return Cicp(2, 2)
    for data in colours:
        if data[:4] == b"nclx" and len(data) >= 8:
            return Cicp(*struct.unpack_from(">HH", data, 4))
    return None


# -- boxes -------------------------------------------------------------------------------


def _read_meta(reader: HeaderReader) -> _Meta | None:
    """Return the contents of the `meta` box; None if there is none."""
    for name, start, end in _file_boxes(reader):
        if name == b"meta":
            if end - start > MAX_META_BYTES:
                raise TooLarge(f"the header of the file has more than {MAX_META_BYTES} bytes")
            meta = _Meta()
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


def _boxes(meta: _Meta, data: bytes, start: int = 0) -> Iterator[tuple[bytes, int, int]]:
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


def _parse_meta(meta: _Meta, data: bytes, offset: int) -> None:
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


def _parse_types(meta: _Meta, data: bytes) -> None:
    if not data:
        return
    for name, start, end in _boxes(meta, data, 8 if data[0] else 6):
        if name == b"infe" and end - start >= 12 and data[start] >= 2:
            code, step = (">H", 2) if data[start] == 2 else (">L", 4)
            (number,) = struct.unpack_from(code, data, start + 4)
            meta.item(number).type = data[start + 6 + step : start + 10 + step]


def _parse_references(meta: _Meta, data: bytes) -> None:
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


def _parse_properties(meta: _Meta, data: bytes) -> None:
    associations = []
    for name, start, end in _boxes(meta, data):
        if name == b"ipco":
            part = data[start:end]
            meta.properties = [(kind, part[a:b]) for kind, a, b in _boxes(meta, part)]
        elif name == b"ipma":
            associations.append(data[start:end])
    for part in associations:
        _parse_associations(meta, part)
    meta.alpha_of = [pair for pair in meta.alpha_of if _is_alpha(meta, pair[0])]


def _parse_associations(meta: _Meta, data: bytes) -> None:
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
        # The highest bit says that a reader must know the property.
        meta.item(number).properties += [index & (0x7FFF if long else 0x7F) for index in indexes]


def _is_alpha(meta: _Meta, number: int) -> bool:
    return any(kind in data for data in meta.values(meta.item(number), b"auxC") for kind in _ALPHA)


def _parse_locations(meta: _Meta, data: bytes, idat: int) -> None:
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
