"""The formats of originals, recognized by their first bytes.

Only these readers of Pillow are ever used: a file goes to the class named here, not to
`Image.open`, which would try every installed plugin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import pillow_heif
from PIL import ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from .readers import LeanWebPReader, TiffReader

UNKNOWN = "application/octet-stream"
# Bytes of a file that `sniff` needs.
HEAD = 64

# Other pictures in a HEIF file are not used; pillow-heif need not parse them.
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.AUX_IMAGES = False


@dataclass(frozen=True, slots=True)
class InputFormat:
    """A format of originals; `extension` has no dot, `reader` is Pillow's class for it."""

    contenttype: str
    extension: str
    reader: Callable[[BinaryIO], ImageFile.ImageFile]


# The class itself reads a multi-picture (MPO) file as the JPEG that it begins with.
JPEG = InputFormat("image/jpeg", "jpeg", JpegImageFile)
PNG = InputFormat("image/png", "png", PngImageFile)
WEBP = InputFormat("image/webp", "webp", LeanWebPReader)
GIF = InputFormat("image/gif", "gif", GifImageFile)
TIFF = InputFormat("image/tiff", "tiff", TiffReader)
BMP = InputFormat("image/bmp", "bmp", BmpImageFile)
AVIF = InputFormat("image/avif", "avif", AvifImageFile)
HEIC = InputFormat("image/heic", "heic", pillow_heif.HeifImageFile)
HEIF = InputFormat("image/heif", "heif", pillow_heif.HeifImageFile)

INPUT_FORMATS = (JPEG, PNG, WEBP, GIF, TIFF, BMP, AVIF, HEIC, HEIF)

_SIGNATURES = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"II+\0", TIFF),
    (b"MM\0+", TIFF),
)
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_HEIF_BRANDS = {b"mif1", b"msf1"}
# Lengths of the second header of a BMP; "BM" alone could begin any text.
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}


def detect(head: bytes) -> InputFormat | None:
    """Return the format of a file that begins with `head` (64 bytes are enough), or None."""
    for signature, format_ in _SIGNATURES:
        if head.startswith(signature):
            return format_
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return BMP
    return _by_brand(head) if head[4:8] == b"ftyp" else None


def sniff(head: bytes) -> str:
    """Return the MIME type of a file that begins with `head`.

    application/octet-stream for all but the formats of originals.
    """
    format_ = detect(head)
    return format_.contenttype if format_ else UNKNOWN


def sniff_file(file: BinaryIO) -> str:
    """Return the MIME type of an open file, as `sniff` does; leaves it at its start."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    return sniff(head)


def _by_brand(head: bytes) -> InputFormat | None:
    """Return the format of a file of the HEIF family, by its major brand, then by the others."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    if major in _HEIF_BRANDS:  # names the container, not the codec
        brands = {head[i : i + 4] for i in range(16, end - 3, 4)}
        if brands & _AVIF_BRANDS:
            return AVIF
        return HEIC if brands & _HEIC_BRANDS else HEIF
    if major in _AVIF_BRANDS:
        return AVIF
    return HEIC if major in _HEIC_BRANDS else None
