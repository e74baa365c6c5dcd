"""The report on a table: its changes and its errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_ERRORS = 100
MAX_SHOWN = 200  # changed rows that a report lists


@dataclass(frozen=True)
class CellError:
    """A cell that cannot be applied; `column` is empty for a whole row."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"row {self.row}{column}: {self.message}"


@dataclass(frozen=True)
class Difference:
    """A cell that differs from what is stored."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class ComparedRow:
    """A row without errors, and how it differs from its image.

    `etag` is that of the record when the table was made; empty if the table lacks it. `cells` are
    those that change the record.  `ignored` counts changed cells of read-only columns.
    """

    number: int
    image_id: str
    title: str
    etag: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    added_tags: Sequence[str] = ()
    removed_tags: Sequence[str] = ()
    differences: tuple[Difference, ...] = ()
    ignored: int = 0

    @property
    def item(self) -> dict[str, Any]:
        """Return the item of the job that applies the row."""
        return {
            "id": self.image_id,
            "etag": self.etag,
            "cells": dict(self.cells),
            "add": list(self.added_tags),
            "remove": list(self.removed_tags),
        }


@dataclass
class Report:
    """The comparison of a whole table: numbers, the first errors and the first differences."""

    rows: int = 0
    changed: int = 0
    ignored: int = 0
    errors: list[CellError] = field(default_factory=list)
    shown: list[ComparedRow] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Return whether there are so many errors that reading ends."""
        return len(self.errors) >= MAX_ERRORS

    @property
    def unchanged(self) -> int:
        """Return the number of rows that equal what is stored."""
        return self.rows - self.changed

    def add(self, result: ComparedRow | CellError) -> None:
        """Count a result."""
        if isinstance(result, CellError):
            self.errors.append(result)
            return
        self.rows += 1
        self.ignored += result.ignored
        if result.differences:
            self.changed += 1
            if len(self.shown) < MAX_SHOWN:
                self.shown.append(result)


def report_json(report: Report) -> dict[str, Any]:
    """Return a comparison as JSON."""
    return {
        "rows": report.rows,
        "changed": report.changed,
        "ignored_cells": report.ignored,
        "errors": [
            {"row": error.row, "column": error.column or None, "message": error.message}
            for error in report.errors
        ],
        "has_more_errors": report.is_full,
        "differences": [
            {
                "row": row.number,
                "id": row.image_id,
                "cells": [
                    {"column": one.column, "before": one.before, "after": one.after}
                    for one in row.differences
                ],
            }
            for row in report.shown
        ],
    }
