"""Read and write tables in each of the formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO, Literal

from ..errors import BadInput
from .csv_files import read_csv, write_csv
from .limits import Limits, Row

Kind = Literal["csv", "xlsx"]

_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class TableFormat:
    """A format of tables; `contenttype` is that of HTTP."""

    kind: Kind
    contenttype: str


CSV = TableFormat("csv", "text/csv")
XLSX = TableFormat("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
FORMATS = (CSV, XLSX)


def format_of_name(name: str) -> TableFormat:
    """Return the format by the ending of a file name; raises BadInput."""
    ending = PurePath(name).suffix.lower().removeprefix(".")
    for known in FORMATS:
        if ending == known.kind:
            return known
    raise BadInput(f"{PurePath(name).name[:60]!r} is no table; expected a name with .csv or .xlsx")


def write_table(
    table_format: TableFormat, rows: Iterable[Sequence[str]], *, bom: bool = True
) -> Iterator[bytes]:
    """Yield a file with these rows, the first of which is the header.

    `bom` begins a CSV with the mark by which Excel recognizes UTF-8.
    """
    if table_format is CSV:
        return write_csv(rows, bom=bom)
    from .xlsx_writer import write_xlsx

    return write_xlsx(rows)


def read_table(file: BinaryIO, limits: Limits) -> Iterator[Row]:
    """Yield the rows of a seekable file, header first; the format is that of its content.

    Raises BadInput for a file that is no table, or more than the limits.
    """
    file.seek(0)
    start = file.read(len(_ZIP))
    file.seek(0)
    if start != _ZIP:
        return read_csv(file, limits)
    from .xlsx_reader import read_xlsx

    return read_xlsx(file, limits)
