"""Facts that follow from the bytes of a picture."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from ..domain.ids import digests_of_file
from ..domain.models import Image
from ..errors import BadUpload, TooLarge
from ..imaging import CONTENT_VERSION, Decoder, Inspection, sniff_file
from ..storage.interfaces import OriginalInfo


@dataclass(frozen=True)
class FileInfo:
    """Facts about the bytes; `length` is their number, `sha256` is hexadecimal."""

    image_id: str
    sha256: str
    length: int
    measured: Inspection


def inspect(file: BinaryIO, decoder: Decoder, digests: tuple[str, str] | None = None) -> FileInfo:
    """Return the facts of a seekable file, read from its start.

    `digests` are what `digests_of_file` has returned for it, if that was called already.
    Raises NotAnImage, TooLarge, and ServerBusy if the budget stays exhausted.
    """
    length = file.seek(0, os.SEEK_END)
    most = decoder.limits.max_bytes
    if length > most:
        raise TooLarge(f"the file has {length:,} bytes; expected at most {most:,}")
    file.seek(0)
    measured = decoder.inspect(file)
    return FileInfo(*(digests or digests_of_file(file)), length, measured)


def with_file_info(image: Image, info: FileInfo) -> Image:
    """Return the record with the facts of its original."""
    return replace(
        image,
        width=info.measured.width,
        height=info.measured.height,
        length=info.length,
        contenttype=info.measured.contenttype,
        sha256=info.sha256,
        placeholder=info.measured.placeholder,
        thumbhash=info.measured.thumbhash,
        content=info.measured.content,
        content_version=CONTENT_VERSION,
        backdrop=info.measured.backdrop,
        phash=info.measured.phash,
    )


def is_complete(image: Image) -> bool:
    """Return whether a record has all facts of its original; those of older versions lack some."""
    return bool(image.thumbhash and image.phash)


def describer(decoder: Decoder) -> Callable[[BinaryIO], OriginalInfo]:
    """Return the function that reads from a picture the properties stored beside its bytes."""
    return functools.partial(_described, decoder.without_timeout())


def _described(decoder: Decoder, file: BinaryIO) -> OriginalInfo:
    """Return the properties of a picture, without its dimensions if it states none."""
    try:
        header = decoder.read_header(file)
    except BadUpload:
        return OriginalInfo(sniff_file(file), 0, 0)
    return OriginalInfo(header.contenttype, *header.upright)
