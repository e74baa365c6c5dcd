"""Looks at a file's structure before a decoder does, so that none can be made to overwork.

Each function walks one format's headers, in bounded time and memory, and raises
NotAnImage or TooLarge.  What it does not understand it leaves to the decoder.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from ...errors import NotAnImage, TooLarge
from ..options import Limits

MAX_JPEG_SEGMENTS = 5_000
# Each scan of a progressive JPEG goes over the whole picture again; encoders make about ten.
MAX_JPEG_SCANS = 100
MAX_PNG_CHUNKS = 100_000
# A block has up to 255 bytes, and in most files it has.
MAX_GIF_BLOCKS = 400_000
# Numbers in a table of a TIFF, as the places of its strips; Pillow makes a tuple of them.
MAX_TIFF_NUMBERS = 500_000

_BLOCK = 1 << 20
# Bytes of an EXIF block in which its first directory ends.
_EXIF = 1 << 16


def jpeg_is_whole(file: BinaryIO) -> bool:
    """Whether a JPEG is decoded as a whole, because its picture comes in several scans."""
    file.seek(2)
    components = 0
    whole = False
    for _ in range(MAX_JPEG_SEGMENTS):
        marker = _jpeg_marker(file)
        if marker is None or marker == 0xD9:
            return True
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # these stand alone
            continue
        length = int.from_bytes(file.read(2), "big") - 2
        if marker == 0xDA:
            whole = whole or file.read(1)[:1] < bytes([components])
            if whole and _count(file, b"\xff\xda") >= MAX_JPEG_SCANS:
                raise TooLarge(f"the JPEG has more than {MAX_JPEG_SCANS} scans")
            return whole
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            frame = file.read(6)
            components = frame[5] if len(frame) == 6 else 0
            # All but baseline and sequential coding, with Huffman or arithmetic codes.
            whole = marker not in (0xC0, 0xC1, 0xC9)
            length -= 6
        file.seek(max(length, 0), 1)
    raise TooLarge(f"the JPEG has more than {MAX_JPEG_SEGMENTS} segments before its picture")


def _jpeg_marker(file: BinaryIO) -> int | None:
    if file.read(1) != b"\xff":
        return None
    while (byte := file.read(1)) == b"\xff":  # fill bytes
        pass
    return byte[0] if byte else None


def _count(file: BinaryIO, wanted: bytes) -> int:
    """How often two bytes stand in the rest of a file."""
    count, last = 0, b""
    while block := file.read(_BLOCK):
        block = last + block
        count += block.count(wanted)
        last = block[-1:]
    return count


def png_exif(file: BinaryIO) -> bytes:
    """The beginning of a PNG's EXIF block, empty if it has none; raises TooLarge.

    It may stand behind the pixels, where a decoder finds it only in the end.
    """
    file.seek(8)
    exif = b""
    for _ in range(MAX_PNG_CHUNKS):
        head = file.read(8)
        if len(head) < 8 or head[4:] == b"IEND":
            return exif
        length = int.from_bytes(head[:4], "big")
        if head[4:] == b"eXIf":
            exif = file.read(min(length, _EXIF))
            length -= len(exif)
        file.seek(length + 4, 1)
    raise TooLarge(f"the PNG has more than {MAX_PNG_CHUNKS} chunks")


def webp_size(head: bytes) -> tuple[int, int] | None:
    """Width and height of a WebP from its first 30 bytes.

    Needed before Pillow opens it: that alone takes memory for the canvas, twice.
    """
    if len(head) < 30:
        return None
    match head[12:16]:
        case b"VP8X":
            return (
                int.from_bytes(head[24:27], "little") + 1,
                int.from_bytes(head[27:30], "little") + 1,
            )
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", head, 26)
            return width & 0x3FFF, height & 0x3FFF
    return None


def gif_frames(file: BinaryIO, limits: Limits) -> int:
    """Number of frames of a GIF; raises TooLarge as soon as there are too many."""
    file.seek(10)
    flags = file.read(1)
    file.seek(2, 1)
    _skip_palette(file, flags)
    frames = blocks = 0
    while (introducer := file.read(1)) not in (b"", b";"):
        if introducer == b",":
            frames += 1
            if frames > limits.max_frames:
                raise TooLarge(f"the animation has more than {limits.max_frames} frames")
            file.seek(8, 1)
            _skip_palette(file, file.read(1))
            file.seek(1, 1)
        elif introducer == b"!":
            file.seek(1, 1)
        else:  # padding, as some programs leave it
            blocks += 1
        if introducer in (b",", b"!"):
            blocks += sum(1 for _ in _gif_blocks(file))
        if blocks > MAX_GIF_BLOCKS:
            raise TooLarge(f"the GIF has more than {MAX_GIF_BLOCKS} blocks")
    return frames


def _skip_palette(file: BinaryIO, flags: bytes) -> None:
    if flags and flags[0] & 0x80:
        file.seek(3 << (flags[0] & 7) + 1, 1)


def _gif_blocks(file: BinaryIO) -> Iterator[int]:
    for _ in range(MAX_GIF_BLOCKS):
        length = file.read(1)
        if not length:
            raise NotAnImage("the GIF is damaged: it ends in the middle of a block")
        if length == b"\0":
            return
        file.seek(length[0], 1)
        yield length[0]


def tiff_pages(file: BinaryIO, limits: Limits) -> int:
    """Number of pages of a TIFF; raises TooLarge for too many, and for tables or tiles too large.

    A page that can't be found ends the count; the first is all that is ever decoded.
    """
    file.seek(0)
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in (b"+\0", b"\0+")
    try:
        (position,) = struct.unpack_from(order + ("Q" if big else "L"), head, 8 if big else 4)
        pages = 0
        while position:
            pages += 1
            if pages > limits.max_frames:
                raise TooLarge(f"the TIFF has more than {limits.max_frames} pages")
            position = _tiff_page(file, position, order, big, limits)
    except struct.error:  # it ends too early
        pass
    return max(pages, 1)


def _tiff_page(file: BinaryIO, position: int, order: str, big: bool, limits: Limits) -> int:
    """Checks one directory; returns the place of the next one, 0 if it is the last."""
    entry = struct.Struct(order + ("HHQ8s" if big else "HHL4s"))
    number = struct.Struct(order + ("Q" if big else "H"))
    offset = struct.Struct(order + ("Q" if big else "L"))
    file.seek(position)
    (entries,) = number.unpack(file.read(number.size))
    if entries > 4096:
        raise TooLarge("the TIFF has a directory of more than 4096 entries")
    tile = [1, 1]
    for _ in range(entries):
        tag, type_, count, value = entry.unpack(file.read(entry.size))
        # Bytes and text stay as they are; everything else becomes a Python number each.
        if type_ not in (1, 2, 6, 7) and count > MAX_TIFF_NUMBERS:
            raise TooLarge(f"the TIFF has a table of more than {MAX_TIFF_NUMBERS} numbers")
        if tag in (322, 323):
            (tile[tag - 322],) = struct.unpack_from(order + ("H" if type_ == 3 else "L"), value)
    if tile[0] * tile[1] > limits.max_pixels_whole:
        raise TooLarge(
            f"the TIFF has tiles of {tile[0]} x {tile[1]} pixels: "
            f"at most {limits.max_pixels_whole} pixels are taken"
        )
    (following,) = offset.unpack(file.read(offset.size))
    return int(following)
