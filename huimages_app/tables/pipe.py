"""A file that is sent while it is written."""

from __future__ import annotations

import io


class Pipe(io.RawIOBase):
    """A write-only file whose content is taken away piece by piece."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._written += piece
        return len(piece)

    def take(self) -> bytes:
        """Return what was written since the last call."""
        piece = bytes(self._written)
        self._written.clear()
        return piece
