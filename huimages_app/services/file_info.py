"""Facts that follow from the bytes of a picture."""

from __future__ import annotations

import os
from base64 import b64encode
from dataclasses import dataclass, replace
from typing import BinaryIO

from ..domain.ids import digests_of_file
from ..domain.models import Image
from ..errors import TooLarge
from ..imaging import CONTENT_VERSION, UNLIMITED, DecodingBudget, Inspection, Limits
from ..imaging import inspect as inspect_picture


@dataclass(frozen=True)
class FileInfo:
    """Facts about the bytes; `length` is their number, `sha256` is hexadecimal."""

    image_id: str
    sha256: str
    length: int
    measured: Inspection


def inspect(file: BinaryIO, limits: Limits, budget: DecodingBudget = UNLIMITED) -> FileInfo:
    """Return the facts of a seekable file, read from its start.

    Raises NotAnImage, TooLarge, and ServerBusy if the budget stays exhausted.
    """
    length = file.seek(0, os.SEEK_END)
    if length > limits.max_bytes:
        raise TooLarge(f"the file has {length:,} bytes; expected at most {limits.max_bytes:,}")
    file.seek(0)
    measured = inspect_picture(file, limits, budget)
    return FileInfo(*digests_of_file(file), length, measured)


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
        thumbhash=b64encode(info.measured.thumbhash).decode(),
        content=info.measured.content,
        content_version=CONTENT_VERSION,
        backdrop=info.measured.backdrop,
    )


def is_complete(image: Image) -> bool:
    """Return whether a record has all facts of its original; those of older versions lack some."""
    return bool(image.thumbhash)
