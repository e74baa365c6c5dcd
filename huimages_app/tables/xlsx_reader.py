"""XLSX read row by row from its first sheet: memory grows neither with rows nor with texts.

Own code, because libraries keep all strings or all cells in memory: docs/decisions/050.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from ..errors import BadInput
from .formulas import restored
from .limits import MAX_COLUMNS, Limits, Row
from .xlsx_parts import column_index
from .xlsx_strings import SharedStrings, TextCollector
from .xlsx_styles import Styles, date_text
from .xml_parts import Attributes, PartHandler, parse_part

_MAX_PARTS = 2000
_SMALL = 10_000_000  # bytes of a part that describes others
_LAST_ROW = 1_048_576
_WORKBOOK = "xl/workbook.xml"
_WHOLE = re.compile(r"-?[0-9]{1,15}")


def read_xlsx(file: BinaryIO, limits: Limits) -> Iterator[Row]:
    """Yield the rows of the first sheet that have a text; raises BadInput."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise BadInput(f"the .xlsx is damaged: {error}") from None
    with archive, SharedStrings() as strings:
        _require_bounded(archive, limits)
        workbook = _Workbook()
        _parse_small(archive, _WORKBOOK, workbook, limits)
        targets = _Targets()
        _parse_small(archive, "xl/_rels/workbook.xml.rels", targets, limits)
        styles = Styles()
        if name := targets.by_type.get("styles"):
            _parse_small(archive, name, styles, limits)
        if name := targets.by_type.get("sharedStrings"):
            for _ in parse_part(archive, name, strings, limits.elements):
                pass
        sheet = _Sheet(strings, styles, since_1904=workbook.since_1904)
        count = 0
        name = targets.by_id.get(workbook.sheet, "a sheet")
        for _ in parse_part(archive, name, sheet, limits.elements):
            for row in sheet.taken_rows():
                count += 1
                if count > limits.rows + 1:
                    raise limits.too_many_rows()
                yield row


def _require_bounded(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Raise BadInput unless the archive is small when unpacked.

    `zipfile` never unpacks more of a part than its directory states.
    """
    parts = archive.infolist()
    if len(parts) > _MAX_PARTS:
        raise BadInput(f"the .xlsx has {len(parts):,} parts; expected at most {_MAX_PARTS:,}")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.unpacked:
        raise BadInput(
            f"the .xlsx unpacks to {unpacked:,} bytes; expected at most {limits.unpacked:,}"
        )


def _parse_small(archive: zipfile.ZipFile, name: str, handler: PartHandler, limits: Limits) -> None:
    if name in archive.namelist() and archive.getinfo(name).file_size > _SMALL:
        raise BadInput(f"{name} in the .xlsx is too large; expected at most {_SMALL:,} bytes")
    for _ in parse_part(archive, name, handler, limits.elements):
        pass


class _Workbook(PartHandler):
    """Finds the first sheet, and the day from which dates count."""

    def __init__(self) -> None:
        self.sheet = ""  # ID of its relationship
        self.since_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheet" and not self.sheet:
            self.sheet = next(
                (value for key, value in attributes.items() if key.endswith("relationships id")), ""
            )
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904") in {"1", "true"}


class _Targets(PartHandler):
    """Names of the parts that the workbook consists of, by ID and by type."""

    def __init__(self) -> None:
        self.by_id: dict[str, str] = {}
        self.by_type: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            path = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
            self.by_id[attributes.get("Id", "")] = path
            self.by_type.setdefault(attributes.get("Type", "").rpartition("/")[2], path)


class _Sheet(TextCollector):
    """Puts rows together."""

    def __init__(self, strings: SharedStrings, styles: Styles, *, since_1904: bool) -> None:
        super().__init__()
        self._strings = strings
        self._styles = styles
        self._since_1904 = since_1904
        self._rows: list[Row] = []
        self._number = 0
        self._column = -1
        self._cells: dict[int, str] = {}
        self._problems: list[tuple[int, str]] = []
        self._cell: Attributes = {}
        self._is_value = False
        self._is_formula = False

    def taken_rows(self) -> list[Row]:
        """Return the rows that were completed since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: Attributes) -> None:
        super().start(name, attributes)
        if name == "row":
            self._begin_row(attributes.get("r"))
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "v":
            self._is_value = True
        elif name == "f":
            self._is_formula = True

    def text(self, content: str) -> None:
        if self._is_value:
            self.add(content)
        else:
            super().text(content)

    def end(self, name: str) -> None:
        super().end(name)
        if name == "v":
            self._is_value = False
        elif name == "c":
            self._end_cell()
        elif name == "row" and (any(self._cells.values()) or self._problems):
            last = max([*self._cells, *(column for column, _ in self._problems)])
            cells = tuple(self._cells.get(column, "") for column in range(last + 1))
            self._rows.append(Row(self._number, cells, tuple(self._problems)))

    def _begin_row(self, reference: str | None) -> None:
        number = self._number + 1
        if reference is not None:
            number = int(reference) if _WHOLE.fullmatch(reference) else 0
        if not self._number < number <= _LAST_ROW:
            raise BadInput(f"the row after {self._number} of the sheet has no valid number")
        self._number, self._column, self._cells, self._problems = number, -1, {}, []

    def _begin_cell(self, attributes: Attributes) -> None:
        self._column += 1
        if reference := attributes.get("r"):
            try:
                self._column = column_index(reference)
            except ValueError:
                raise BadInput(f"row {self._number} has the cell {reference[:20]!r}") from None
        self._cell, self._is_formula = attributes, False
        self.taken()

    def _end_cell(self) -> None:
        text = self.taken()
        if not text and not self._is_formula:
            return
        if self._column >= MAX_COLUMNS:
            raise BadInput(
                f"row {self._number} has more than {MAX_COLUMNS} cells; expected at most that many"
            )
        kind = self._cell.get("t", "n")
        if self._is_formula:
            self._problem("is a formula; expected its value")
        elif kind == "e":
            self._problem(f"is the error {text[:20]}; expected a value")
        else:
            self._cells[self._column] = restored(self._value(kind, text))

    def _problem(self, sentence: str) -> None:
        self._problems.append((self._column, sentence))

    def _value(self, kind: str, text: str) -> str:
        try:
            if kind == "s":
                return self._strings.get(int(text))
            if kind == "b":
                return "TRUE" if int(text) else "FALSE"
            if kind != "n":
                return text
            if self._styles.is_date(self._cell.get("s", "")):
                return date_text(float(text), since_1904=self._since_1904)
            return _number_text(text)
        except ValueError:
            self._problem(f"has the value {text[:20]!r}, which is none of its type")
            return ""


def _number_text(text: str) -> str:
    """Return a number as people write it: without an exponent or a fraction of zero."""
    if _WHOLE.fullmatch(text):
        return text
    number = float(text)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
