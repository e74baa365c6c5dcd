"""Tables and tags of the backend that works on the storage directly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from ..errors import BadInput
from ..tables.files import Kind
from .process import services_of_process
from .tables import TableBackend


class LocalTables(TableBackend):
    """Uses the services of this process.  The site, or `huimages jobs`, does the work of jobs."""

    def rename_tag(self, tag: str, into: str) -> str:
        return services_of_process().tag_renaming.rename(tag, into).id

    def merge_tags(self, tags: Sequence[str], into: str) -> str:
        return services_of_process().tag_renaming.merge(tags, into).id

    def export_table(self, kind: Kind, search: str) -> Iterator[bytes]:
        from ..domain.filters import query_of
        from ..domain.sizes import Size
        from ..tables.files import format_of_name

        services = services_of_process()
        query = query_of([("q", search)])
        return services.spreadsheets.export(
            query,
            format_of_name(f"table.{kind}"),
            lambda image: services.urls.named_url(image, Size()),
            bom=True,
        )

    def apply_table(self, file: BinaryIO, *, dry_run: bool) -> dict[str, Any]:
        from ..services.spreadsheets.report import report_json
        from ..services.uploads import PROGRAM

        spreadsheets = services_of_process().spreadsheets
        report = spreadsheets.compare(file)
        if report.errors and not dry_run:
            raise BadInput(f"{report.errors[0]}; nothing was changed")
        job = None
        if report.changed and not dry_run:
            job = spreadsheets.apply(file, PROGRAM).id
        return {**report_json(report), "job": job}
