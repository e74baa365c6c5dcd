"""A JPEG without its end marker, as cameras and transfers leave it."""

from __future__ import annotations

import hashlib
import os
from typing import BinaryIO, Final

from PIL import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from .header_limits import Header, HeaderReader, has_all_scans, partial_file

_END: Final = b"\xff\xd9"
# Two endings that would be decoded differently if any pixel were missing.
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
        if not _is_whole(file, header, draft):
            raise
        whole = _loaded(file, b"", draft)
        whole.info.update(image.info)
        return whole
    return image


def _is_whole(file: BinaryIO, header: Header, draft: tuple[int, int] | None) -> bool:
    """Return whether every pixel is there, though the end marker is not."""
    reader = HeaderReader(file)
    if reader.find(_END, header.first_scan) >= 0 or not has_all_scans(reader, header.first_scan):
        return False
    # Every block shows in a baseline JPEG at an eighth of its size; later scans of a
    # progressive one show in full size only.
    draft = None if header.decoded_whole else draft
    digests = {
        hashlib.sha256(_loaded(file, pending, draft).tobytes()).digest() for pending in _FILLINGS
    }
    return len(digests) == 1


def _loaded(file: BinaryIO, pending: bytes, draft: tuple[int, int] | None) -> ImageFile.ImageFile:
    length = file.seek(0, os.SEEK_END)
    file.seek(length - 1)
    if file.read(1) == b"\xff":  # the first half of a marker
        length -= 1
    image = JpegImageFile(partial_file(file, [(0, length), pending + _END]))
    if draft:
        image.draft(None, draft)
    image.load()
    return image
