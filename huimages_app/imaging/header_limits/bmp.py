"""The headers of a BMP (Windows 3 to 5, OS/2 1 and 2)."""

from __future__ import annotations

import struct
from typing import Final

from ...errors import TooLarge, UnsupportedImage
from ..options import Limits
from .header import Header, check_pixels
from .reader import CutShort, HeaderReader

# Pillow unpacks run lengths in Python: about a second for so many bytes.
MAX_RLE_BYTES: Final = 3_000_000
_RAW, _RLE8, _RLE4, _BITFIELDS = 0, 1, 2, 3
_DEPTHS: Final = {1, 4, 8, 16, 24, 32}
# Masks of red, green, blue and, for 32 bits, alpha that Pillow reads.
_MASKS: Final = {
    (24, 0xFF0000, 0xFF00, 0xFF),
    (16, 0xF800, 0x7E0, 0x1F),
    (16, 0x7C00, 0x3E0, 0x1F),
    (32, 0xFF0000, 0xFF00, 0xFF, 0x0),
    (32, 0xFF000000, 0xFF0000, 0xFF00, 0x0),
    (32, 0xFF000000, 0xFF00, 0xFF, 0x0),
    (32, 0xFF000000, 0xFF0000, 0xFF00, 0xFF),
    (32, 0xFF, 0xFF00, 0xFF0000, 0xFF000000),
    (32, 0xFF0000, 0xFF00, 0xFF, 0xFF000000),
    (32, 0xFF000000, 0xFF00, 0xFF, 0xFF0000),
    (32, 0x0, 0x0, 0x0, 0x0),
}


def read_bmp(reader: HeaderReader, limits: Limits) -> Header:
    """Check size and layout of a BMP.  Raises TooLarge, UnsupportedImage."""
    head = reader.read(0, 26)
    (header_bytes,) = struct.unpack_from("<L", head, 14)
    if header_bytes == 16:
        _refuse(reader, 0, 0, _RAW)
    if header_bytes == 12:
        width, height, _, depth = struct.unpack_from("<HHHH", head, 18)
        compression = _RAW
    else:
        head = reader.read(0, 54)
        width, height, _, depth, compression = struct.unpack_from("<LlHHL", head, 18)
    check_pixels((width, abs(height)), True, limits)
    if compression in (_RLE8, _RLE4) and reader.length > MAX_RLE_BYTES:
        raise TooLarge(
            f"the BMP is compressed by run lengths and has {reader.length} bytes: "
            f"at most {MAX_RLE_BYTES} are accepted"
        )
    if not _is_supported(reader, header_bytes, depth, compression):
        (start,) = struct.unpack_from("<L", head, 10)
        _refuse(reader, start + width * abs(height) * depth // 8, depth, compression)
    return Header(frames=1, decoded_pixels=width * abs(height), bytes_per_pixel=9)


def _is_supported(reader: HeaderReader, header_bytes: int, depth: int, compression: int) -> bool:
    if compression == _BITFIELDS:
        count = 4 if header_bytes >= 56 else 3
        masks = struct.unpack(f"<{count}L", reader.read(54, 4 * count))
        if depth == 32:
            return (depth, *masks, *[0] * (4 - count)) in _MASKS
        return (depth, *masks[:3]) in _MASKS
    return depth in _DEPTHS and compression in (_RAW, _RLE8, _RLE4)


def _refuse(reader: HeaderReader, needed: int, depth: int, compression: int) -> None:
    if compression in (_RAW, _BITFIELDS) and needed > reader.length:
        raise CutShort(f"it has {reader.length} bytes, and its pixels end at {needed}")
    raise UnsupportedImage(
        f"the BMP file is intact, but of a kind that is not supported ({depth} bits, compression "
        f"{compression}): supported are 1, 4, 8, 16, 24 and 32 bits with usual colour masks, "
        "uncompressed or compressed by run lengths"
    )
