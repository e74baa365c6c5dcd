"""Limits of a table that is read: what a file may cost."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import BadInput

MAX_COLUMNS = 400
MAX_CELL = 32_767  # characters, as in Excel


@dataclass(frozen=True)
class Limits:
    """`rows` below the header; `unpacked` bytes of all parts of an XLSX together."""

    rows: int = 250_000
    unpacked: int = 2_000_000_000

    @property
    def elements(self) -> int:
        """Return how many elements a part of an XLSX may have: about three for each cell.

        Without a limit, empty cells could be 30 times as many as cells with a text.
        """
        return 10_000 + 200 * self.rows

    def too_many_rows(self) -> BadInput:
        """Return the error for a table with more rows."""
        return BadInput(f"the table has too many rows; expected at most {self.rows:,}")


@dataclass(frozen=True)
class Row:
    """A row of a table, by its number in the spreadsheet: the header has number 1.

    `problems` are those of single cells, by their position.
    """

    number: int
    cells: tuple[str, ...]
    problems: tuple[tuple[int, str], ...] = ()
