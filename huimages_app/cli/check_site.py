"""`huimages check --site`: the report about a huImages 2.2 site, as text and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from .context import CliContext
from .output import plural
from .progress import progress

if TYPE_CHECKING:
    from ..services.maintenance.legacy_report import Cases, Report

_SHOWN = 3  # examples of each finding


def inspect_site(context: CliContext, *, sample: int, jobs: int, as_json: bool) -> int:
    """Print the report.  Return 1 if an original is missing or cannot be read, else 0."""
    from ..backends import make_legacy_inspection

    inspection = make_legacy_inspection(context.settings)
    with progress("inspecting", inspection.size()) as bar:
        report = inspection.run(sample, jobs, bar.advance)
    if as_json:
        click.echo(json.dumps(as_data(report), ensure_ascii=False, indent=2))
    else:
        for line in as_lines(report):
            click.echo(line)
    return int(report.missing.count + report.unreadable.count > 0)


def as_data(report: Report) -> dict[str, Any]:
    """Return the report for JSON, with the next steps."""
    return dataclasses.asdict(report) | {"next": list(_next(report))}


def as_lines(report: Report) -> Iterator[str]:
    """Yield the report as lines of text."""
    yield (
        f"{plural(report.images, 'image')}: {report.deleted:,} deleted, "
        f"{report.written_by_us:,} completed by huimages"
    )
    for places, count in sorted(report.originals.items()):
        yield f"  {plural(count, 'original')}: {places}"
    yield (
        f"{plural(report.annotations, 'annotation')} of {plural(report.visitors, 'visitor')}: "
        f"{plural(report.tags, 'tag')}, {plural(report.favorites, 'favourite')}, "
        f"{plural(report.ratings, 'rating')}"
    )
    others = len(report.other_documents)
    yield f"{plural(others, 'document')} of other programs, kept unchanged" + _list(
        report.other_documents
    )
    yield f"{plural(len(report.designs), 'design document')}" + _list(report.designs)
    yield f"{plural(report.looked_into, 'original')} inspected"
    for finding, cases in _findings(report):
        yield f"  {cases.count:,} {finding}{_list(cases.examples)}"
    for oddity, cases in sorted(report.oddities.items()):
        yield f"  {cases.count:,} x {oddity}{_list(cases.examples)}"
    yield "next:"
    for number, line in enumerate(_next(report), 1):
        yield f"  {number}. {line}"


def _findings(report: Report) -> Iterator[tuple[str, Cases]]:
    findings = [
        ("images without an original", report.missing),
        ("originals without a document", report.without_document),
        ("originals that cannot be read", report.unreadable),
        ("originals stored without a content type", report.without_type),
        ("images with width and height from before EXIF orientation", report.to_turn),
        ("images with width and height that differ from their original", report.other_dimensions),
        ("images with annotations but without a document", report.marks_of_nothing),
    ]
    return ((finding, cases) for finding, cases in findings if cases.count)


def _next(report: Report) -> Iterator[str]:
    """Yield the steps of the switch-over that remain, in order."""
    from ..services.maintenance.legacy_report import OUR_VIEWS

    if report.designs.count(OUR_VIEWS) < 2:
        yield "huimages setup --old-marks: adds the views of huimages beside the existing ones"
    if report.missing.count:
        yield (
            f"search your backups for the {plural(report.missing.count, 'missing original')}: "
            "'huimages import FILE' restores each to its document"
        )
    if report.only_attached.count:
        count = plural(report.only_attached.count, "original")
        yield f"huimages migrate --from couchdb --to s3: copies {count} that exist only in CouchDB"
    if report.without_document.count or report.written_by_us < report.images:
        yield (
            "huimages check --repair, once the legacy site no longer writes: adds upright width "
            "and height, type and checksum"
        )
    yield "docs/switch-over.md: describes all steps"


def _list(examples: list[str]) -> str:
    if not examples:
        return ""
    return ": " + ", ".join(examples[:_SHOWN]) + ", …" * (len(examples) > _SHOWN)
