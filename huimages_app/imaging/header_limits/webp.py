"""The first chunk of a WebP (RFC 9649)."""

from __future__ import annotations

import struct
from typing import Final

from ..options import Limits
from .header import Header, check_pixels
from .reader import HeaderReader

# libwebp holds two canvases of 4 bytes, Pillow one more.
_BYTES_PER_PIXEL: Final = 13


def read_webp(reader: HeaderReader, limits: Limits) -> Header:
    """Check the canvas, which libwebp takes memory for as soon as it opens a file.

    Raises TooLarge, NotAnImage.
    """
    size = canvas_of(reader)
    check_pixels(size, True, limits)
    return Header(decoded_pixels=size[0] * size[1], bytes_per_pixel=_BYTES_PER_PIXEL)


def canvas_of(reader: HeaderReader) -> tuple[int, int]:
    """Return width and height; (1, 1) where the decoder is to refuse the file."""
    head = reader.read(0, 30)
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
    return 1, 1
