"""`huimages check --site`: what a former site holds, for people and for programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from .context import Site
from .output import plural, progress

if TYPE_CHECKING:
    from ..services.maintenance.legacy_report import Cases, Report

_SHOWN = 3  # examples


def look_through(site: Site, *, sample: int, jobs: int, as_json: bool) -> int:
    """Print the report; the exit status is 1 if an image has no original, or a damaged one."""
    from ..factory import make_legacy_inspection

    survey = make_legacy_inspection(site.settings)
    with progress("looking through", survey.size()) as bar:
        report = survey.run(sample, jobs, bar.advance)
    if as_json:
        click.echo(json.dumps(as_data(report), ensure_ascii=False, indent=2))
    else:
        for line in as_lines(report):
            click.echo(line)
    return int(report.missing.count + report.unreadable.count > 0)


def as_data(report: Report) -> dict[str, Any]:
    """The report as JSON has it, with what to do next."""
    return dataclasses.asdict(report) | {"next": list(_next(report))}


def as_lines(report: Report) -> Iterator[str]:
    """The report to read."""
    yield (
        f"{plural(report.images, 'image')}: {report.deleted:,} deleted, "
        f"{report.written_by_us:,} completed by this program"
    )
    for places, count in sorted(report.originals.items()):
        yield f"  {plural(count, 'original')}: {places}"
    yield (
        f"{plural(report.annotations, 'mark')} of {plural(report.visitors, 'visitor')}: "
        f"{plural(report.tags, 'tag')}, {plural(report.favorites, 'favourite')}, "
        f"{plural(report.ratings, 'rating')}"
    )
    others = len(report.other_documents)
    yield f"{plural(others, 'document')} of others, which stay" + _list(report.other_documents)
    yield f"{plural(len(report.designs), 'design document')}" + _list(report.designs)
    yield f"{plural(report.looked_into, 'original')} looked into"
    for sentence, cases in _remarks(report):
        yield f"  {cases.count:,} {sentence}{_list(cases.examples)}"
    for sentence, cases in sorted(report.oddities.items()):
        yield f"  {cases.count:,} x {sentence}{_list(cases.examples)}"
    yield "next:"
    for number, line in enumerate(_next(report), 1):
        yield f"  {number}. {line}"


def _remarks(report: Report) -> Iterator[tuple[str, Cases]]:
    remarks = [
        ("images without an original", report.missing),
        ("originals without a document", report.without_document),
        ("originals that can't be read", report.unreadable),
        ("originals whose place does not know their type", report.without_type),
        ("with width and height before EXIF orientation", report.to_turn),
        ("with another width and height than their original", report.other_dimensions),
        ("images that have marks and no document", report.marks_of_nothing),
    ]
    return ((sentence, cases) for sentence, cases in remarks if cases.count)


def _next(report: Report) -> Iterator[str]:
    """What to do, in this order."""
    from ..services.maintenance.legacy_report import OUR_VIEWS

    if report.designs.count(OUR_VIEWS) < 2:
        yield "huimages setup --old-marks: views of ours, beside those that are there"
    if report.missing.count:
        yield (
            f"look for the {plural(report.missing.count, 'missing original')} in a backup: "
            "'huimages import FILE' brings each back to its document"
        )
    if report.only_attached.count:
        count = plural(report.only_attached.count, "original")
        yield f"huimages migrate --from couchdb --to s3: {count} that only CouchDB has"
    if report.without_document.count or report.written_by_us < report.images:
        yield (
            "huimages check --repair, once the old site writes no more: measures what it left, "
            "upright, with type and checksum"
        )
    yield "docs/switch-over.md: the whole way"


def _list(examples: list[str]) -> str:
    if not examples:
        return ""
    return ": " + ", ".join(examples[:_SHOWN]) + ", …" * (len(examples) > _SHOWN)
