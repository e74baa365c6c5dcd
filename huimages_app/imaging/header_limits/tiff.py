"""The directories of a TIFF (TIFF 6.0, BigTIFF)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ...errors import TooLarge, UnsupportedImage
from ..options import Limits
from .header import Header, TiffLayout, check_pixels
from .reader import CutShort, HeaderReader

# Numbers in a table, as the offsets of strips; Pillow makes a tuple of them.
MAX_NUMBERS: Final = 500_000
MAX_ENTRIES: Final = 4096
# Entries of all directories together.
_MAX_ALL_ENTRIES: Final = 100_000
# Numbers of a tag that are read here.
_NUMBERS: Final = 32
_MAX_ICC: Final = 4_000_000

_SUBFILE_TYPE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_STRIP_OFFSETS, _SAMPLES, _STRIP_BYTES, _PLANAR, _ORIENTATION = 273, 277, 279, 284, 274
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_BYTES = 322, 323, 324, 325
_SUB_DIRECTORIES, _EXTRA, _SAMPLE_FORMAT, _ICC, _DNG_VERSION = 330, 338, 339, 34675, 50706

# Bytes of a number by its type, and how struct reads it.
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_SIZES_BIG: Final = {13: 4, 16: 8, 17: 8, 18: 8}
_CODES: Final = {1: "B", 3: "H", 4: "L", 13: "L", 16: "Q"}
_BYTES: Final = {1, 2, 6, 7}
# Colour filter array, linear raw: what a sensor saw.
_RAW_PHOTOMETRIC: Final = {32803, 34892}
_REDUCED: Final = 1


@dataclass(frozen=True, slots=True)
class _Entry:
    """A directory entry; `offset` is that of its values, wherever they stand."""

    type: int
    count: int
    offset: int

    @property
    def size(self) -> int:
        """Bytes of the values."""
        return self.count * (_SIZES | _SIZES_BIG).get(self.type, 1)


@dataclass(slots=True)
class _Tiff:
    """An open TIFF, and how many entries have been read."""

    reader: HeaderReader
    order: str
    big: bool
    entries: int = 0

    def directory(self, offset: int) -> tuple[dict[int, _Entry], int]:
        """Return the entries of a directory, and the offset of the next one."""
        number, entry = ("Q", "HHQ") if self.big else ("H", "HHL")
        inline = 8 if self.big else 4
        (count,) = self._unpacked(number, offset)
        if count > MAX_ENTRIES:
            raise TooLarge(f"the TIFF has a directory of more than {MAX_ENTRIES} entries")
        self.entries += count
        if self.entries > _MAX_ALL_ENTRIES:
            raise TooLarge(f"the TIFF has more than {_MAX_ALL_ENTRIES} directory entries")
        start = offset + struct.calcsize(number)
        head = struct.Struct(self.order + entry)
        step = head.size + inline
        data = self.reader.read(start, count * step)
        found: dict[int, _Entry] = {}
        for index in range(count):
            tag, type_, values = head.unpack_from(data, index * step)
            where = start + index * step + head.size
            made = _Entry(type_, values, where)
            if made.size > inline:
                (where,) = self._unpacked("Q" if self.big else "L", where)
                made = _Entry(type_, values, where)
            found.setdefault(tag, made)
        return found, self._next(start + count * step)

    def _next(self, offset: int) -> int:
        """Return the offset of the next directory; 0 if it lies beyond the file."""
        try:
            (following,) = self._unpacked("Q" if self.big else "L", offset)
        except CutShort:
            return 0
        return int(following) if following < self.reader.length else 0

    def numbers(
        self, entries: Mapping[int, _Entry], tag: int, default: int = 0, most: int = _NUMBERS
    ) -> tuple[int, ...]:
        """Return up to `most` integers of a tag, or the default if they can't be read."""
        entry = entries.get(tag)
        if entry is None or entry.type not in _CODES or not entry.count:
            return (default,)
        count = min(entry.count, most)
        try:
            return self._unpacked(f"{count}{_CODES[entry.type]}", entry.offset)
        except CutShort:
            return (default,)

    def _unpacked(self, codes: str, offset: int) -> tuple[int, ...]:
        parser = struct.Struct(self.order + codes)
        return parser.unpack(self.reader.read(offset, parser.size))


def read_tiff(reader: HeaderReader, limits: Limits) -> Header:
    """Return the facts of the first page of a TIFF, and the number of pages.

    A page that can't be found ends the count.  Raises NotAnImage, TooLarge,
    UnsupportedImage.
    """
    tiff, offset = _opened(reader)
    if reader.read_at_most(8, 2) == b"CR" and not tiff.big:
        _refuse_raw()
    first, following = tiff.directory(offset)
    _check_tables(reader, first, limits, tiff)
    _check_raw(tiff, first)
    pages = _count_pages(tiff, following, limits)
    layout = _layout(tiff, first)
    size = (tiff.numbers(first, _WIDTH)[0], tiff.numbers(first, _HEIGHT)[0])
    check_pixels(size, True, limits)
    return Header(
        frames=pages,
        icc=_profile(reader, first),
        tiff=layout,
        decoded_pixels=size[0] * size[1],
        bytes_per_pixel=_bytes_per_pixel(layout),
    )


def _opened(reader: HeaderReader) -> tuple[_Tiff, int]:
    """Return a TIFF, and the offset of its first directory."""
    head = reader.read(0, 8)
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in (b"+\0", b"\0+")
    code, start = (order + "Q", 8) if big else (order + "L", 4)
    (offset,) = struct.unpack(code, reader.read(start, struct.calcsize(code)))
    return _Tiff(reader, order, big), offset


def _count_pages(tiff: _Tiff, offset: int, limits: Limits) -> int:
    pages = 1
    while offset:
        pages += 1
        if pages > limits.max_frames:
            raise TooLarge(f"the TIFF has more than {limits.max_frames} pages")
        try:
            entries, offset = tiff.directory(offset)
        except CutShort:
            break
        _check_raw_page(tiff, entries)
    return pages


def _check_tables(
    reader: HeaderReader, entries: Mapping[int, _Entry], limits: Limits, tiff: _Tiff
) -> None:
    """Raise TooLarge for tables and tiles that would take Pillow too much memory."""
    for entry in entries.values():
        # Bytes and text stay as they are; everything else becomes a Python number each.
        if entry.type not in _BYTES and entry.count > MAX_NUMBERS:
            raise TooLarge(f"the TIFF has a table of more than {MAX_NUMBERS} numbers")
    if sum(entry.size for entry in entries.values()) > reader.length + (1 << 20):
        raise TooLarge("the TIFF has tables that overlap, larger than the file together")
    tile = (tiff.numbers(entries, _TILE_WIDTH, 1)[0], tiff.numbers(entries, _TILE_HEIGHT, 1)[0])
    if tile[0] * tile[1] > limits.max_pixels_whole:
        raise TooLarge(
            f"the TIFF has tiles of {tile[0]} x {tile[1]} pixels: "
            f"at most {limits.max_pixels_whole} pixels are accepted"
        )


def _check_raw(tiff: _Tiff, first: Mapping[int, _Entry]) -> None:
    """Raise UnsupportedImage for camera raw files, whose first page is a thumbnail."""
    if _DNG_VERSION in first or tiff.numbers(first, _SUBFILE_TYPE)[0] & _REDUCED:
        _refuse_raw()
    _check_raw_page(tiff, first)


def _check_raw_page(tiff: _Tiff, entries: Mapping[int, _Entry]) -> None:
    for page in _with_sub_directories(tiff, entries):
        if tiff.numbers(page, _PHOTOMETRIC)[0] in _RAW_PHOTOMETRIC:
            _refuse_raw()


def _with_sub_directories(
    tiff: _Tiff, entries: Mapping[int, _Entry]
) -> Iterator[Mapping[int, _Entry]]:
    yield entries
    for offset in tiff.numbers(entries, _SUB_DIRECTORIES):
        if offset:
            try:
                yield tiff.directory(offset)[0]
            except CutShort:
                return


def _refuse_raw() -> None:
    raise UnsupportedImage(
        "this is a camera raw file (DNG, NEF, CR2 and the like), or a TIFF whose first page is "
        "a thumbnail: camera raw files are not supported; convert it to JPEG or TIFF first"
    )


def _profile(reader: HeaderReader, entries: Mapping[int, _Entry]) -> bytes:
    """Return the ICC profile; empty if there is none, or none made of bytes."""
    entry = entries.get(_ICC)
    if entry is None or entry.type not in _BYTES or entry.size > _MAX_ICC:
        return b""
    return reader.read_at_most(entry.offset, entry.size)


def _layout(tiff: _Tiff, first: Mapping[int, _Entry]) -> TiffLayout:
    samples = tiff.numbers(first, _SAMPLES, 1)[0]
    bits = tiff.numbers(first, _BITS, 1)
    if len(bits) == 1 and samples <= _NUMBERS:
        bits *= samples
    formats = set(tiff.numbers(first, _SAMPLE_FORMAT, 1))
    return TiffLayout(
        photometric=tiff.numbers(first, _PHOTOMETRIC)[0],
        bits=bits,
        sample_format=formats.pop() if len(formats) == 1 else 0,
        extra=tiff.numbers(first, _EXTRA) if _EXTRA in first else (),
        big_endian=tiff.order == ">",
        planar=tiff.numbers(first, _PLANAR, 1)[0] == 2 and samples > 1,
        compressed=tiff.numbers(first, _COMPRESSION, 1)[0] != 1,
    )


def _bytes_per_pixel(layout: TiffLayout) -> float:
    return 14 if max(layout.bits) > 8 or layout.extra else 9


def require_whole(reader: HeaderReader) -> None:
    """Raise NotAnImage if strips or tiles of the first page lie beyond the end of the file."""
    tiff, offset = _opened(reader)
    first, _ = tiff.directory(offset)
    for where, size in ((_STRIP_OFFSETS, _STRIP_BYTES), (_TILE_OFFSETS, _TILE_BYTES)):
        starts = tiff.numbers(first, where, most=MAX_NUMBERS)
        lengths = tiff.numbers(first, size, most=MAX_NUMBERS)
        if any(a + b > reader.length for a, b in zip(starts, lengths, strict=False)):
            raise CutShort("its pixels lie beyond its end")
