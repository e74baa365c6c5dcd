"""Turn a picture without encoding it again: only the EXIF orientation in the file changes.

JPEG, PNG (chunk eXIf), WebP and TIFF have one.  GIF and BMP have none; AVIF and HEIC turn by a
property of the picture, and readers ignore their EXIF orientation.
"""

from __future__ import annotations

import shutil
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from ..errors import CannotTurn
from . import input_formats, orientation
from .exif_writer import new_block, turned, turned_block, turned_parts
from .header_limits import CutShort, HeaderReader, partial_file
from .header_limits.png import read_png
from .header_limits.reader import Part
from .header_limits.webp import canvas_of
from .input_formats import InputFormat
from .options import Limits

_MAX_PIECES: Final = 100_000  # segments or chunks; files with more were refused at upload
_MAX_SEGMENT: Final = 65_533
_HAS_EXIF, _HAS_ALPHA = 0x08, 0x10  # flags of a WebP
_ANY: Final = Limits(*(1 << 62,) * 4)  # the file was accepted at upload


def write_turned(file: BinaryIO, target: BinaryIO, quarters: int) -> None:
    """Write the picture turned clockwise by quarters of a full turn to `target`.

    Raises CannotTurn with the reason.
    """
    reader = HeaderReader(file)
    format_ = input_formats.detect(reader.read_at_most(0, input_formats.HEAD))
    edit = _EDITS.get(format_) if format_ else None
    if edit is None:
        name = format_.extension.upper() if format_ else "this format"
        raise CannotTurn(
            f"a picture in {name} cannot be turned without encoding it again; "
            "turn the file and replace the picture by it"
        )
    try:
        parts = edit(reader, quarters)
    except (CutShort, struct.error, ValueError) as error:
        raise CannotTurn(f"the orientation cannot be written into this file: {error}") from error
    with partial_file(file, parts) as content:
        shutil.copyfileobj(content, target)


def _jpeg(reader: HeaderReader, quarters: int) -> list[Part]:
    insertion = 2
    for marker, start, end in _segments(reader):
        if marker == 0xE0 and start == insertion:
            insertion = end  # JFIF has to come first
        if marker == 0xE1 and reader.read_at_most(start + 4, 6) == orientation.PREFIX:
            block = turned_block(reader.read(start + 4, end - start - 4), quarters)
            return [(0, start), _segment(block), (end, reader.length)]
    block = orientation.PREFIX + new_block(turned(1, quarters))
    return [(0, insertion), _segment(block), (insertion, reader.length)]


def _segments(reader: HeaderReader) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of the segments before the first scan."""
    position = 2
    for _ in range(_MAX_PIECES):
        code = reader.skip(position, b"\xff")
        marker = reader.read(code, 1)[0]
        if marker in {0xDA, 0xD9}:
            return
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            position = code + 1
            continue
        end = code + 1 + int.from_bytes(reader.read(code + 1, 2), "big")
        yield marker, code - 1, end
        position = end


def _segment(block: bytes) -> bytes:
    if len(block) > _MAX_SEGMENT:
        raise ValueError("its EXIF block is full")
    return b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block


def _png(reader: HeaderReader, quarters: int) -> list[Part]:
    """Return the parts with one chunk eXIf, before the pixels, where all readers look for it."""
    chunks = list(_chunks(reader, 8, ">"))
    pixels = next((start for name, start, _ in chunks if name == b"IDAT"), None)
    if pixels is None:
        raise ValueError("it has no picture")
    former = [(start, end) for name, start, end in chunks if name == b"eXIf"]
    if former:
        start, end = former[0]
        block = turned_block(reader.read(start + 8, end - start - 12), quarters)
    else:
        # Where programs kept it before there was this chunk.
        exif = read_png(reader, _ANY).exif or b""
        block = new_block(turned(orientation.from_exif(exif), quarters))
    check = struct.pack(">L", zlib.crc32(b"eXIf" + block))
    new = struct.pack(">L", len(block)) + b"eXIf" + block + check
    return _spliced(reader, [(pixels, pixels, new), *((*where, b"") for where in former)])


def _webp(reader: HeaderReader, quarters: int) -> list[Part]:
    """Return the parts with a chunk EXIF at the end, and its flag in the header."""
    chunks = list(_chunks(reader, 12, "<"))
    if not chunks:
        raise CutShort("it has no chunks")
    name, start, _end = chunks[0]
    former = [(start, end) for name, start, end in chunks if name == b"EXIF"]
    block = reader.read(former[0][0] + 8, _size(reader, former[0][0])) if former else b""
    block = turned_block(block, quarters) if block else new_block(turned(1, quarters))
    stop = chunks[-1][2]  # what follows the chunks is no part of the picture
    edits = [*((*where, b"") for where in former), (stop, stop, _riff(b"EXIF", block))]
    if name == b"VP8X":
        flags = reader.read(start + 8, 1)[0] | _HAS_EXIF
        edits.append((start + 8, start + 9, bytes([flags])))
    else:
        edits.append((start, start, _riff(b"VP8X", _canvas(reader, name))))
    length = stop - 8 + sum(len(new) - (last - first) for first, last, new in edits)
    edits.append((4, 8, struct.pack("<L", length)))
    return _spliced(reader, edits)


def _canvas(reader: HeaderReader, name: bytes) -> bytes:
    """Return the content of the header that a simple WebP lacks: flags, width and height."""
    width, height = canvas_of(reader)
    # The header of a lossless picture states whether it has transparency.
    has_alpha = name == b"VP8L" and bool(reader.read(24, 1)[0] & 0x10)
    flags = _HAS_EXIF | (_HAS_ALPHA if has_alpha else 0)
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes([flags, 0, 0, 0]) + sides


def _chunks(reader: HeaderReader, position: int, order: str) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of the chunks of a PNG (order `>`) or a WebP (`<`)."""
    for _ in range(_MAX_PIECES):
        head = reader.read_at_most(position, 8)
        if len(head) < 8:
            return
        if order == ">":
            name, end = head[4:], position + 12 + int.from_bytes(head[:4], "big")
        else:
            size = int.from_bytes(head[4:], "little")
            name, end = head[:4], position + 8 + size + size % 2
        # Programs leave out the byte that fills the last chunk of a WebP.
        if end > reader.length + 1:
            raise CutShort("it ends in the middle of a chunk")
        yield name, position, min(end, reader.length)
        position = end


def _size(reader: HeaderReader, start: int) -> int:
    return int.from_bytes(reader.read(start + 4, 4), "little")


def _riff(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<L", len(content)) + content + bytes(len(content) % 2)


def _spliced(reader: HeaderReader, edits: list[tuple[int, int, bytes]]) -> list[Part]:
    """Return the file with the ranges of the edits replaced."""
    parts: list[Part] = []
    position = 0
    for start, end, content in sorted(edits):
        parts += [(position, start), content]
        position = end
    return [*parts, (position, reader.length)]


_EDITS: Final[dict[InputFormat, Callable[[HeaderReader, int], list[Part]]]] = {
    input_formats.JPEG: _jpeg,
    input_formats.PNG: _png,
    input_formats.WEBP: _webp,
    input_formats.TIFF: turned_parts,
}
