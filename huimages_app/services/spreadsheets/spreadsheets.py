"""Tables of images: export, compare, apply."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from ...domain.models import Image, Query
from ...errors import BadInput
from ...storage.interfaces import MetadataBackend
from ...tables.files import TableFormat, read_table, write_table
from ...tables.limits import Limits
from ..jobs.job import Job
from ..jobs.jobs import Jobs
from ..jobs.table import TableKind
from .comparison import Comparison
from .drafts import Drafts
from .export import Export
from .report import CellError, Report

# What one request may cost; commands may read more.
FOR_REQUESTS = Limits(rows=20_000, unpacked=200_000_000)


class Spreadsheets:
    """Exports images as tables and applies edited ones.  Thread-safe.

    Every method raises StorageUnavailable; those with a file BadInput for an unreadable one.
    """

    def __init__(self, metadata: MetadataBackend, jobs: Jobs) -> None:
        self._export = Export(metadata)
        self._comparison = Comparison(metadata)
        self._drafts = Drafts(metadata.documents)
        self._jobs = jobs

    def export(
        self, query: Query, table_format: TableFormat, url: Callable[[Image], str], *, bom: bool
    ) -> Iterator[bytes]:
        """Yield a file with all images of a query in its order; memory does not grow with them.

        `url` returns the URL of an image; `bom` marks a CSV as UTF-8 for Excel.
        """
        return write_table(table_format, self._export.rows(query, url), bom=bom)

    def compare(self, file: BinaryIO, limits: Limits = FOR_REQUESTS) -> Report:
        """Return what a table would change and what is wrong with it."""
        return self._comparison.report(read_table(file, limits))

    def draft(self, file: BinaryIO) -> tuple[Report, str]:
        """Compare a table and keep its changes for `apply_draft`; return the ID of the draft.

        The ID is empty if the table has errors or changes nothing.
        """
        report = Report()
        draft_id = self._drafts.add(self._changes(file, FOR_REQUESTS, report))
        if report.errors or not report.changed:
            self._drafts.remove(draft_id)
            draft_id = ""
        return report, draft_id

    def apply_draft(self, draft_id: str, visitor_id: str) -> Job:
        """Begin the job that applies a draft; raises BadInput if there is none any more.

        Added tags are those of the visitor.
        """
        job = self._jobs.create(
            TableKind.name, {"visitor": visitor_id}, self._drafts.items(draft_id)
        )
        self._drafts.remove(draft_id)
        return job

    def apply(self, file: BinaryIO, visitor_id: str, limits: Limits = FOR_REQUESTS) -> Job:
        """Begin the job that applies a table that `compare` found without errors.

        Raises BadInput for the first error, and then changes nothing.
        """
        report = Report()

        def items() -> Iterator[dict[str, Any]]:
            yield from self._changes(file, limits, report)
            if report.errors:
                raise BadInput(str(report.errors[0]))

        return self._jobs.create(TableKind.name, {"visitor": visitor_id}, items())

    def _changes(self, file: BinaryIO, limits: Limits, report: Report) -> Iterator[dict[str, Any]]:
        """Yield the items of changed rows, and count all results in `report`."""
        for result in self._comparison.results(read_table(file, limits)):
            report.add(result)
            if report.is_full:
                return
            if not isinstance(result, CellError) and result.differences:
                yield result.item
