"""What the bytes of a picture say about it, whatever anybody believes."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import BinaryIO

from ..errors import TooLarge
from ..ids import digests_of_file
from ..imaging import Inspection, Limits, inspect
from ..stores.base import Image


@dataclass(frozen=True)
class Facts:
    """What the bytes of a picture say; `length` is their number, `sha256` in hexadecimal."""

    image_id: str
    sha256: str
    length: int
    measured: Inspection


def examine(file: BinaryIO, limits: Limits) -> Facts:
    """The facts of a seekable file, read from its start; raises NotAnImage, TooLarge."""
    length = file.seek(0, os.SEEK_END)
    if length > limits.max_bytes:
        raise TooLarge(f"the file has {length:,} bytes, and at most {limits.max_bytes:,} are taken")
    file.seek(0)
    measured = inspect(file, limits)
    return Facts(*digests_of_file(file), length, measured)


def with_facts(image: Image, facts: Facts) -> Image:
    """The record with what the bytes say."""
    return replace(
        image,
        width=facts.measured.width,
        height=facts.measured.height,
        length=facts.length,
        contenttype=facts.measured.contenttype,
        sha256=facts.sha256,
        placeholder=facts.measured.placeholder,
    )
