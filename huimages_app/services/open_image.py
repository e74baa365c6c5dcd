"""An open picture, and what is to be said about it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..domain.formats import Format


@dataclass(frozen=True)
class Served:
    """An open picture and what HTTP has to say about it.  Whoever gets it closes it."""

    file: BinaryIO
    length: int  # bytes
    modified: float | None  # seconds since the epoch
    contenttype: str
    close: Callable[[], None]
    etag: str | None = None  # without quotes; renditions have none: docs/decisions/011
    cached: Path | None = None  # the file in the cache, for a web server in front to send


def served_rendition(file: BinaryIO, format_: Format, cached: Path | None) -> Served:
    """An open rendition; `cached` is its file, if it is kept."""
    status = os.fstat(file.fileno())
    return Served(
        file, status.st_size, status.st_mtime, format_.contenttype, file.close, cached=cached
    )
