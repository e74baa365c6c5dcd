"""Files that consist of parts of another one."""

from __future__ import annotations

import io

from huimages_app.imaging.header_limits import partial_file
from huimages_app.imaging.header_limits.reader import Part


class _CountedFile(io.BytesIO):
    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        return super().read(size)


def _content(file: io.BytesIO, parts: list[Part]) -> bytes:
    with partial_file(file, parts) as partial:
        return partial.read(100)


def test_partial_file_has_parts_in_their_order() -> None:
    parts: list[Part] = [(4, 6), (6, 6), (0, 2), b"", b"xy", b"z", (2, 4)]
    assert _content(io.BytesIO(b"012345"), parts) == b"4501xyz23"


def test_partial_file_reads_adjacent_ranges_at_once() -> None:
    file = _CountedFile(b"0123456789")
    assert _content(file, [(0, 2), (2, 3), (3, 9)]) == b"012345678"
    assert file.reads == 1
