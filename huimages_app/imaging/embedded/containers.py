"""Find the metadata in files of all formats: packets of EXIF, IPTC-IIM and XMP as bytes."""

from __future__ import annotations

import binascii
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from .. import input_formats
from ..header_limits import HeaderReader
from ..header_limits.item_boxes import read_meta
from ..input_formats import InputFormat
from .directories import MAX_VALUE, read_directories

_MAX_PARTS: Final = 5_000  # segments, chunks or items that are looked at

_JPEG_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_PHOTOSHOP: Final = b"Photoshop 3.0\0"
_IIM_RESOURCE: Final = 0x0404
_PNG_XMP: Final = b"XML:com.adobe.xmp\0"
_RAW_PROFILE: Final = b"Raw profile type "
_TAG_XMP, _TAG_IIM, _TAG_PHOTOSHOP = 0x02BC, 0x83BB, 0x8649


@dataclass(slots=True)
class Packets:
    """The metadata of a file; empty where it has none.

    `tiff` reads a TIFF, whose own tags are those of an EXIF block.
    """

    exif: bytes = b""
    iim: bytes = b""
    xmp: bytes = b""
    tiff: HeaderReader | None = None


def find_packets(file: BinaryIO, format_: InputFormat) -> Packets:
    """Return the packets of a file, the first of each kind, each of at most MAX_VALUE bytes.

    Raises CutShort, NotAnImage, TooLarge, struct.error, ValueError, zlib.error for a damaged
    file.
    """
    packets = Packets()
    if find := _FINDERS.get(format_):
        find(HeaderReader(file), packets)
    return packets


# -- JPEG ---------------------------------------------------------------------------------


def _find_in_jpeg(reader: HeaderReader, packets: Packets) -> None:
    photoshop: list[bytes] = []
    for marker, data in _segments(reader):
        if marker == 0xE1 and data.startswith(b"Exif\0\0"):
            packets.exif = packets.exif or data
        elif marker == 0xE1 and data.startswith(_JPEG_XMP):
            packets.xmp = packets.xmp or data.removeprefix(_JPEG_XMP)
        elif marker == 0xED and data.startswith(_PHOTOSHOP):
            photoshop.append(data.removeprefix(_PHOTOSHOP))
            if sum(map(len, photoshop)) > MAX_VALUE:
                break
    packets.iim = _iim_of(b"".join(photoshop))


def _segments(reader: HeaderReader) -> Iterator[tuple[int, bytes]]:
    """Yield code and data of the application segments before the first scan."""
    position = 2
    for _ in range(_MAX_PARTS):
        position = reader.skip(position, b"\xff")
        marker = reader.read(position, 1)[0]
        position += 1
        if marker in {0x00, 0xD9, 0xDA}:
            return
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            continue
        length = int.from_bytes(reader.read(position, 2), "big")
        if marker in {0xE1, 0xED}:
            yield marker, reader.read_at_most(position + 2, max(length - 2, 0))
        position += max(length, 2)


def _iim_of(resources: bytes) -> bytes:
    """Return the IIM packet in Photoshop's image resources."""
    position = 0
    while resources[position : position + 4] == b"8BIM":
        number = int.from_bytes(resources[position + 4 : position + 6], "big")
        name = resources[position + 6] if position + 6 < len(resources) else 0
        position += 6 + (name + 2) // 2 * 2
        size = int.from_bytes(resources[position : position + 4], "big")
        position += 4
        if number == _IIM_RESOURCE:
            return resources[position : position + size]
        position += (size + 1) // 2 * 2
    return b""


# -- PNG ----------------------------------------------------------------------------------


def _find_in_png(reader: HeaderReader, packets: Packets) -> None:
    position = 8
    for _ in range(_MAX_PARTS):
        head = reader.read_at_most(position, 8)
        if len(head) < 8 or head[4:] == b"IEND":
            return
        length, name = int.from_bytes(head[:4], "big"), head[4:]
        if length <= MAX_VALUE and name in {b"eXIf", b"iTXt", b"tEXt", b"zTXt"}:
            _take_chunk(name, reader.read_at_most(position + 8, length), packets)
        position += 12 + length


def _take_chunk(name: bytes, data: bytes, packets: Packets) -> None:
    if name == b"eXIf":
        packets.exif = packets.exif or data
        return
    keyword, _, text = data.partition(b"\0")
    if name == b"iTXt" and data.startswith(_PNG_XMP):
        packed, (_language, _, rest) = text[:1] == b"\1", text[2:].partition(b"\0")
        content = rest.partition(b"\0")[2]
        packets.xmp = packets.xmp or (_unpacked(content) if packed else content)
    elif name != b"iTXt" and keyword.startswith(_RAW_PROFILE):
        text = _unpacked(text[1:]) if name == b"zTXt" else text
        _take_profile(keyword.removeprefix(_RAW_PROFILE), text, packets)


def _take_profile(kind: bytes, text: bytes, packets: Packets) -> None:
    """Take a profile as ImageMagick and exiftool write it: name, length, hexadecimal digits."""
    lines = text.strip().split(b"\n", 2)
    data = binascii.unhexlify(b"".join(lines[2].split())) if len(lines) == 3 else b""
    if kind == b"iptc":
        packets.iim = packets.iim or _iim_of(data) or data
    elif kind == b"xmp" or (kind == b"APP1" and data.startswith(_JPEG_XMP)):
        packets.xmp = packets.xmp or data.removeprefix(_JPEG_XMP)
    elif kind in {b"exif", b"APP1"}:
        packets.exif = packets.exif or data


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    return unpacker.decompress(data, MAX_VALUE)


# -- WebP, TIFF, AVIF, HEIC ---------------------------------------------------------------


def _find_in_webp(reader: HeaderReader, packets: Packets) -> None:
    position = 12
    for _ in range(_MAX_PARTS):
        head = reader.read_at_most(position, 8)
        if len(head) < 8:
            return
        name, length = head[:4], int.from_bytes(head[4:], "little")
        if name == b"EXIF":
            packets.exif = packets.exif or reader.read_at_most(position + 8, min(length, MAX_VALUE))
        elif name == b"XMP ":
            packets.xmp = packets.xmp or reader.read_at_most(position + 8, min(length, MAX_VALUE))
        position += 8 + (length + 1) // 2 * 2


def _find_in_tiff(reader: HeaderReader, packets: Packets) -> None:
    packets.tiff = reader
    tags, _ = read_directories(reader, {_TAG_XMP, _TAG_IIM, _TAG_PHOTOSHOP})
    packets.xmp = tags.data(_TAG_XMP)
    packets.iim = tags.data(_TAG_IIM) or _iim_of(tags.data(_TAG_PHOTOSHOP))


def _find_in_isobmff(reader: HeaderReader, packets: Packets) -> None:
    meta = read_meta(reader)
    for item in list(meta.items.values())[:_MAX_PARTS] if meta else ():
        if item.location is None or item.type not in {b"Exif", b"mime"}:
            continue
        start, length = item.location
        data = reader.read_at_most(start, min(length, MAX_VALUE))
        if item.type == b"Exif":
            # The block follows a number of bytes, which comes first.
            packets.exif = packets.exif or data[4 + int.from_bytes(data[:4], "big") :]
        elif b"rdf:RDF" in data:
            packets.xmp = packets.xmp or data


_FINDERS: Final[dict[InputFormat, Callable[[HeaderReader, Packets], None]]] = {
    input_formats.JPEG: _find_in_jpeg,
    input_formats.PNG: _find_in_png,
    input_formats.WEBP: _find_in_webp,
    input_formats.TIFF: _find_in_tiff,
    input_formats.AVIF: _find_in_isobmff,
    input_formats.HEIC: _find_in_isobmff,
    input_formats.HEIF: _find_in_isobmff,
}
