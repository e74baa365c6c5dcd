"""Compare the rows of a table with the images that they name."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from ...domain.ids import is_image_id
from ...domain.models import AnnotationSummary, Image
from ...domain.tags import by_tag
from ...errors import BadInput, UnknownImage
from ...storage.interfaces import MetadataBackend
from ...tables.limits import Row
from ..images import require_present
from . import columns
from .report import MAX_ERRORS, CellError, ComparedRow, Difference, Report

_BATCH = 200  # images read at once
_CHANGED = "the picture was changed since the table was made; export it again"

Result = ComparedRow | CellError


class Comparison:
    """Compares tables with what is stored; changes nothing.  Thread-safe."""

    def __init__(self, metadata: MetadataBackend) -> None:
        self._images = metadata.images
        self._annotations = metadata.annotations

    def report(self, rows: Iterable[Row]) -> Report:
        """Return numbers, errors and differences; raises BadInput for an unreadable table.

        Reading ends after MAX_ERRORS errors.
        """
        report = Report()
        for result in self.results(rows):
            report.add(result)
            if report.is_full:
                break
        return report

    def results(self, rows: Iterable[Row]) -> Iterator[Result]:
        """Yield the errors of each row, or how it differs; raises BadInput, StorageUnavailable.

        Of each image its ID stays in memory, to find repeated ones.
        """
        remaining = iter(rows)
        first = next(remaining, None)
        if first is None:
            raise BadInput("the table is empty; expected a row with the names of the columns")
        names, errors = _header(first)
        yield from errors
        if errors:
            return
        seen: set[str] = set()
        while batch := list(itertools.islice(remaining, _BATCH)):
            yield from self._batch(batch, names, seen)

    def _batch(self, rows: Sequence[Row], names: Sequence[str], seen: set[str]) -> Iterator[Result]:
        position = names.index(columns.ID)
        ids = [_cell(row, position).strip() for row in rows]
        valid = [image_id for image_id in ids if is_image_id(image_id)]
        images = self._images.get_many(valid)
        summaries = self._annotations.summaries(images)
        for row, image_id in zip(rows, ids, strict=True):
            image = images.get(image_id)
            if image_id in seen:
                yield CellError(row.number, columns.ID, "the picture is in another row as well")
            elif image is None or not _is_present(image):
                yield CellError(row.number, columns.ID, _unknown(image_id))
            else:
                seen.add(image_id)
                yield from RowComparison(row, names, image, summaries[image_id]).results()


class RowComparison:
    """The comparison of one row."""

    def __init__(
        self, row: Row, names: Sequence[str], image: Image, summary: AnnotationSummary
    ) -> None:
        self._row = row
        self._cells = {
            name: _cell(row, position).replace("\r\n", "\n") for position, name in enumerate(names)
        }
        self._names = names
        self._image = image
        self._summary = summary
        self._stored_tags = columns.tags_cell(summary)
        self._errors: list[CellError] = []
        self._differences: list[Difference] = []

    def results(self) -> Iterator[Result]:
        """Yield all errors of the row, or its differences."""
        self._check_cells()
        record_etag, tags_etag = self._etags()
        cells = dict(self._changed_cells(record_etag))
        added, removed = self._changed_tags(tags_etag)
        if (cells and self._is_stale(record_etag, columns.record_etag(self._image))) or (
            (added or removed) and self._is_stale(tags_etag, columns.tags_etag(self._stored_tags))
        ):
            self._error(columns.ETAG, _CHANGED)
        if self._errors:
            yield from self._errors
            return
        yield ComparedRow(
            self._row.number,
            self._image.id,
            self._image.title or self._image.filename,
            record_etag,
            cells,
            added,
            removed,
            tuple(self._differences),
            sum(1 for name in self._names if self._is_ignored(name)),
        )

    def _check_cells(self) -> None:
        for position, problem in self._row.problems:
            name = self._names[position] if position < len(self._names) else f"{position + 1}"
            self._error(name, problem)
        if any(self._row.cells[len(self._names) :]):
            self._error("", "a cell is beyond the last column; expected none")

    def _etags(self) -> tuple[str, str]:
        """Return the hashes that the row has of record and tags; empty without the column."""
        text = self._cells.get(columns.ETAG)
        if text is None:
            return "", ""
        try:
            return columns.parsed_etag(text.strip())
        except ValueError:
            self._error(columns.ETAG, "the ETag is damaged; expected the one that was exported")
            return "", ""

    def _is_stale(self, etag: str, current: str) -> bool:
        return bool(etag) and etag != current

    def _changed_cells(self, etag: str) -> Iterator[tuple[str, str]]:
        """Yield cells of the record that change it."""
        if etag and etag == columns.cells_etag(self._cells):
            return  # unchanged since the export: a later edit of the image stays
        stored = columns.record_cells(self._image)
        for name, text in self._cells.items():
            before = stored.get(name, "")
            # An unchanged text is not parsed: it may be older than the present rules.
            is_same = text == before or not columns.in_record(name)
            if is_same or any(error.column == name for error in self._errors):
                continue
            try:
                changed = columns.patch_of({name: text}).applied_to(self._image)
            except BadInput as error:
                self._error(name, str(error))
                continue
            if changed != self._image:
                after = columns.record_cells(changed).get(name, "")
                self._differences.append(Difference(name, before, after))
                yield name, text

    def _changed_tags(self, etag: str) -> tuple[list[str], list[str]]:
        """Return the tags that are added, as typed, and removed."""
        text = self._cells.get(columns.TAGS)
        if text is None or text == self._stored_tags or etag == columns.tags_etag(text):
            return [], []
        try:
            wanted = by_tag(columns.tags_of(text))
        except BadInput as error:
            self._error(columns.TAGS, str(error))
            return [], []
        added = [spelling for tag, spelling in wanted.items() if tag not in self._summary.tags]
        removed = [tag for tag in self._summary.tags if tag not in wanted]
        if added or removed:
            after = " ".join(wanted.values())
            self._differences.append(Difference(columns.TAGS, self._stored_tags, after))
        return added, removed

    def _is_ignored(self, name: str) -> bool:
        stored = columns.fact(name, self._image) if columns.is_read_only(name) else None
        return stored is not None and self._cells[name] != stored

    def _error(self, column: str, message: str) -> None:
        self._errors.append(CellError(self._row.number, column, message))


def _header(row: Row) -> tuple[list[str], list[CellError]]:
    """Return the names of the columns, and what is wrong with them."""
    names = [cell.strip() for cell in row.cells]
    while names and not names[-1]:
        names.pop()
    errors = [
        CellError(row.number, name[:60] or f"{position}", _wrong_name(name))
        for position, name in enumerate(names, 1)
        if not columns.is_known(name)
    ]
    errors += [
        CellError(row.number, name[:60], "the column is there more than once; expected once")
        for name in dict.fromkeys(names)
        if name and names.count(name) > 1
    ]
    if columns.ID not in names:
        errors.append(CellError(row.number, columns.ID, "the table lacks the column; expected it"))
    return names, errors[:MAX_ERRORS]


def _wrong_name(name: str) -> str:
    known = ", ".join(columns.header(["KEY"]))
    return f"unknown column; known: {known}" if name else f"the column has no name; known: {known}"


def _unknown(image_id: str) -> str:
    if not is_image_id(image_id):
        return f"{image_id[:40]!r} is no image ID; expected 34 characters"
    return "there is no picture with this ID, or it is in the trash"


def _is_present(image: Image) -> bool:
    with suppress(UnknownImage):
        require_present(image)
        return True
    return False


def _cell(row: Row, position: int) -> str:
    return row.cells[position] if position < len(row.cells) else ""
