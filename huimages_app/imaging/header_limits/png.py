"""The chunks of a PNG (W3C, third edition)."""

from __future__ import annotations

import binascii
import struct
import zlib
from dataclasses import dataclass, field
from typing import Final

from ...errors import TooLarge
from ..options import Limits
from .header import Cicp, Header, check_frames, check_pixels
from .reader import HeaderReader, Part

MAX_CHUNKS: Final = 100_000
# Bytes of EXIF, of an ICC profile, and of a text with EXIF in it, unpacked.
_EXIF: Final = 1 << 16
_ICC: Final = 4_000_000
_TEXT: Final = 1 << 18
# Keywords of the texts that ImageMagick writes EXIF to, in hexadecimal.
_RAW_PROFILES: Final = (b"Raw profile type exif\0", b"Raw profile type APP1\0")
_GREY, _RGB, _PALETTE, _GREY_ALPHA = 0, 2, 3, 4
# What the decoder gets; everything else is read here, or not needed.
_NEEDED: Final = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


@dataclass(slots=True)
class _Chunks:
    """The chunks found so far."""

    parts: list[Part] = field(default_factory=lambda: [(0, 8)])
    size: tuple[int, int] = (0, 0)
    depth: int = 8
    colour_type: int = _RGB
    frames: int = 0
    animated: bool = False
    pixels: bool = False
    exif: bytes = b""
    raw_profile: bytes = b""
    unpacked: set[bytes] = field(default_factory=set)
    icc: bytes = b""
    cicp: Cicp | None = None
    transparent: tuple[int, ...] = ()


def read_png(reader: HeaderReader, limits: Limits) -> Header:
    """Return the facts of a PNG.  Raises NotAnImage, TooLarge.

    The decoder gets no ancillary chunk but tRNS: a damaged comment, a large text or a broken
    animation after a complete picture do no harm.
    """
    found = _Chunks()
    position = 8
    for _ in range(MAX_CHUNKS):
        head = reader.read_at_most(position, 8)
        if len(head) < 8:
            break
        length, name = int.from_bytes(head[:4], "big"), head[4:]
        end = min(position + 12 + length, reader.length)
        _take(reader, found, name, (position, end), length)
        if name == b"IEND":
            break
        position += 12 + length
    else:
        raise TooLarge(f"the PNG has more than {MAX_CHUNKS} chunks")
    check_pixels(found.size, True, limits)
    check_frames(found.frames, limits)
    return _header(found)


def _header(found: _Chunks) -> Header:
    return Header(
        frames=max(found.frames, 1),
        parts=found.parts,
        exif=found.exif or found.raw_profile,
        icc=found.icc,
        cicp=found.cicp,
        transparent=found.transparent,
        sample_bits=found.depth,
        decoded_pixels=found.size[0] * found.size[1],
        bytes_per_pixel=_bytes_per_pixel(found),
    )


def _bytes_per_pixel(found: _Chunks) -> float:
    if found.transparent:
        return 13
    if found.colour_type == _GREY_ALPHA:
        return 14
    if found.colour_type == _RGB or (found.colour_type == _GREY and found.depth < 16):
        return 5
    return 9


def _take(
    reader: HeaderReader, found: _Chunks, name: bytes, where: tuple[int, int], length: int
) -> None:
    """Read one chunk; add it to the parts if the decoder needs it."""
    ancillary = bool(name[0] & 0x20)
    if name in _NEEDED or not ancillary:
        _add(found.parts, where)
    if name == b"IHDR":
        width, height, found.depth, found.colour_type = struct.unpack(
            ">LLBB", reader.read(where[0] + 8, 10)
        )
        found.size = (width, height)
    elif name == b"IDAT":
        found.pixels = True
    elif name == b"acTL":
        found.animated = not found.pixels
    elif name == b"fcTL":
        found.frames += found.animated
    elif name == b"tRNS":
        found.transparent = _transparent(_whole(reader, where, length, 6), found)
    elif name == b"eXIf" and not found.exif:
        found.exif = reader.read_at_most(where[0] + 8, min(length, _EXIF))
    elif name == b"cICP" and len(data := _whole(reader, where, length, 4)) == 4:
        found.cicp = Cicp(data[0], data[1])
    elif name == b"iCCP" and _is_first(found, name):
        found.icc = _profile(_whole(reader, where, length, _ICC))
    elif name in (b"tEXt", b"zTXt") and not found.raw_profile:
        found.raw_profile = _raw_profile(reader, found, name, where, length)


def _is_first(found: _Chunks, name: bytes) -> bool:
    """Return whether a kind of packed chunk comes for the first time; others are not unpacked."""
    is_first = name not in found.unpacked
    found.unpacked.add(name)
    return is_first


def _add(parts: list[Part], where: tuple[int, int]) -> None:
    """Add a range of the file; chunks that follow each other become one."""
    if isinstance(last := parts[-1], tuple) and last[1] == where[0]:
        parts[-1] = (last[0], where[1])
    else:
        parts.append(where)


def _whole(reader: HeaderReader, where: tuple[int, int], length: int, most: int) -> bytes:
    """Return the data of a chunk; empty if it is too long, cut short or its CRC is wrong."""
    if length > most:
        return b""
    chunk = reader.read_at_most(where[0] + 4, length + 8)
    data, crc = chunk[4 : 4 + length], chunk[4 + length :]
    return data if crc == zlib.crc32(chunk[: 4 + length]).to_bytes(4, "big") else b""


def _transparent(data: bytes, found: _Chunks) -> tuple[int, ...]:
    """Return the samples of the transparent colour where Pillow compares them incorrectly.

    Pillow compares with scaled samples below 8 bits, and with half of each of 16 bits.
    """
    if found.depth in {1, 8}:
        return ()
    samples = {_GREY: 1, _RGB: 3}.get(found.colour_type, 0)
    if not samples or len(data) != 2 * samples:
        return ()
    return struct.unpack(f">{samples}H", data)


def _profile(data: bytes) -> bytes:
    """Return the ICC profile of an iCCP chunk; empty if it is damaged or too large."""
    _name, _, packed = data.partition(b"\0")
    return _unpacked(packed[1:], _ICC)


def _raw_profile(
    reader: HeaderReader, found: _Chunks, name: bytes, where: tuple[int, int], length: int
) -> bytes:
    """Return the EXIF block of a text chunk; empty if it has none."""
    keyword = reader.read_at_most(where[0] + 8, 22)
    if not (keyword.startswith(_RAW_PROFILES) and _is_first(found, keyword)):
        return b""
    text = reader.read_at_most(where[0] + 8, min(length, _TEXT))[22:]
    if name == b"zTXt":
        text = _unpacked(text[1:], _TEXT)
    # A line with the name of the profile, one with its length, then hexadecimal digits.
    lines = text.strip().split(b"\n", 2)
    try:
        return binascii.unhexlify(b"".join(lines[2].split())[: 2 * _EXIF])
    except (binascii.Error, IndexError):
        return b""


def _unpacked(packed: bytes, most: int) -> bytes:
    """Return zlib data unpacked; empty if they are damaged or longer than `most`."""
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(packed, most)
    except zlib.error:
        return b""
    return data if unpacker.eof else b""
