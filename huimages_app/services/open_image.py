"""An open picture and its HTTP metadata."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from ..domain.formats import Format

_SMALL = 1 << 16  # bytes


@dataclass(frozen=True)
class OpenImage:
    """An open picture and its HTTP metadata; the receiver calls `close`."""

    file: BinaryIO
    length: int  # bytes
    modified: float | None  # seconds since the epoch
    contenttype: str
    close: Callable[[], None]
    etag: str | None = None  # without quotes; renditions have none: docs/decisions/011
    cached: Path | None = None  # the file in the cache, for a web server in front to send
    is_provisional: bool = False  # a smaller file follows
    status: os.stat_result | None = None  # of the file in the cache
    expires: float | None = None  # when caches must drop it, in seconds since the epoch

    def read_if_small(self) -> bytes | None:
        """Return all bytes of a small picture, and close it; None for a larger one."""
        if self.length > _SMALL:
            return None
        try:
            # With the length: to read up to the end takes one more call, to find the end.
            return self.file.read(self.length)
        finally:
            self.close()

    def until(self, *ends: float | None) -> OpenImage:
        """Return the picture with the earliest of these ends and its own; None means no end."""
        known = [end for end in (self.expires, *ends) if end is not None]
        return replace(self, expires=min(known, default=None))


def open_rendition(file: BinaryIO, format_: Format, cached: Path | None) -> OpenImage:
    """Return an open rendition; `cached` is its path in the cache, if it is there."""
    status = os.fstat(file.fileno())
    return OpenImage(
        file,
        status.st_size,
        status.st_mtime,
        format_.contenttype,
        file.close,
        cached=cached,
        status=status,
    )
