"""A JPEG without its end marker, as cameras and transfers leave it."""

from __future__ import annotations

import os
from typing import BinaryIO, Final

from PIL import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from .header_limits import Header, HeaderReader, has_all_scans, partial_file

_END: Final = b"\xff\xd9"
# Bytes that would be decoded, in different ways, if any pixel were missing.
_FILLINGS: Final = (b"", b"\x55" * 64, b"\xaa" * 64, b"\0" * 64)


def load_without_end(
    image: ImageFile.ImageFile, file: BinaryIO, header: Header, draft: tuple[int, int] | None
) -> ImageFile.ImageFile:
    """Decode a JPEG, also if nothing but its end marker is missing; return it decoded.

    The decoder fills missing data with grey, so the file is decoded with different bytes
    in the place of its end: if that makes no difference, every pixel was there.
    """
    try:
        image.load()
    except OSError:
        if not _may_be_whole(HeaderReader(file), header.first_scan):
            raise
        filled = [_loaded(file, filling, draft) for filling in _FILLINGS]
        first = filled[0].tobytes()
        if any(other.tobytes() != first for other in filled[1:]):
            raise
        filled[0].info.update(image.info)
        return filled[0]
    return image


def _may_be_whole(reader: HeaderReader, first_scan: int) -> bool:
    return not reader.find_all(_END, first_scan) and has_all_scans(reader, first_scan)


def _loaded(file: BinaryIO, filling: bytes, draft: tuple[int, int] | None) -> ImageFile.ImageFile:
    length = file.seek(0, os.SEEK_END)
    image = JpegImageFile(partial_file(file, [(0, length), filling + _END]))
    if draft:
        image.draft(None, draft)
    image.load()
    return image
