"""Reads the header of a file before a decoder does, so that no file makes a decoder overwork.

One module for each format.  Work and memory are bounded by the length of the file, or by
a constant; what a decoder would take is checked against the limits.
"""

from __future__ import annotations

from typing import BinaryIO

from ...errors import TooLarge
from .. import input_formats
from ..input_formats import InputFormat
from ..options import Limits
from .bmp import read_bmp
from .gif import read_gif
from .header import Cicp, Header, TiffLayout, check_frames, check_pixels
from .isobmff import read_isobmff
from .jpeg import has_all_scans, read_jpeg
from .png import read_png
from .reader import CutShort, HeaderReader, partial_file
from .tiff import read_tiff, require_whole
from .webp import read_webp

__all__ = [
    "Cicp",
    "CutShort",
    "Header",
    "HeaderReader",
    "TiffLayout",
    "check_frames",
    "check_pixels",
    "has_all_scans",
    "partial_file",
    "read_header",
    "require_whole",
]

_READERS = {
    input_formats.JPEG: read_jpeg,
    input_formats.PNG: read_png,
    input_formats.WEBP: read_webp,
    input_formats.GIF: read_gif,
    input_formats.TIFF: read_tiff,
    input_formats.BMP: read_bmp,
    input_formats.AVIF: read_isobmff,
    input_formats.HEIC: read_isobmff,
    input_formats.HEIF: read_isobmff,
}


def read_header(file: BinaryIO, format_: InputFormat, limits: Limits) -> Header:
    """Return the facts of a file's header.

    Raises TooLarge, UnsupportedImage, and NotAnImage or CutShort for a damaged header.
    """
    reader = HeaderReader(file)
    if reader.length > limits.max_bytes:
        raise TooLarge(
            f"the file has {reader.length} bytes: at most {limits.max_bytes} are accepted"
        )
    return _READERS[format_](reader, limits)
