"""CSV: written in UTF-8 with commas; read with commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Self

from ..errors import BadInput
from .formulas import neutralized, restored
from .limits import MAX_COLUMNS, Limits, Row

_BOM = b"\xef\xbb\xbf"
_PIECE = 64 * 1024  # characters
_DELIMITERS = ",;\t"
_ROW = 1_000_000  # characters of a row, which may have any number of lines
_HEADER = 64 * 1024  # bytes in which the first line must end


def write_csv(rows: Iterable[Sequence[str]], *, bom: bool) -> Iterator[bytes]:
    """Yield a CSV file by RFC 4180, in pieces."""
    if bom:
        yield _BOM
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([neutralized(cell) for cell in row])
        if text.tell() >= _PIECE:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    content = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return content


def read_csv(file: BinaryIO, limits: Limits) -> Iterator[Row]:
    """Yield the rows of a CSV file in UTF-8, or in UTF-16 as Excel saves "Unicode text".

    Raises BadInput.
    """
    encoding, delimiter = _dialect(file)
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        lines, width = _BoundedLines(text), 0
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        for number in itertools.count(1):
            try:
                lines.begin_row()
                cells = next(reader, None)
            except csv.Error as error:
                raise BadInput(f"row {number}: {error}; expected CSV") from None
            except UnicodeError:
                raise BadInput(
                    "the table is not in UTF-8; in Excel, save as 'CSV UTF-8' or as .xlsx"
                ) from None
            if cells is None:
                return
            if number > limits.rows + 1:
                raise limits.too_many_rows()
            if len(cells) > MAX_COLUMNS:
                raise BadInput(
                    f"row {number} has {len(cells)} cells; expected at most {MAX_COLUMNS}"
                )
            width = width or len(cells)
            if len(cells) < width and lines.is_cut:
                # A missing cell would remove the stored value.
                raise BadInput(f"row {number} is cut short, and the file ends in it; send it again")
            if any(cells):
                yield Row(number, tuple(map(restored, cells)))
    finally:
        text.detach()  # the file is closed by its owner


class _BoundedLines:
    """The lines of a file; raises csv.Error for those that are together too long for a row."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._left = _ROW
        self.is_cut = False  # the last line that was read has no end

    def begin_row(self) -> None:
        """Allow for as many characters as a row may have."""
        self._left = _ROW

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._left + 1)
        self._left -= len(line)
        if self._left < 0:
            raise csv.Error(f"it has more than {_ROW:,} characters")
        if not line:
            raise StopIteration
        self.is_cut = not line.endswith(("\n", "\r"))
        return line


def _dialect(file: BinaryIO) -> tuple[str, str]:
    """Return encoding and delimiter, by the first line."""
    start = file.read(_HEADER)
    file.seek(0)
    encoding = "utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    header = start.decode(encoding, "replace").partition("\n")[0]
    return encoding, max(_DELIMITERS, key=header.count)
