"""`huimages apply`: apply an edited table to images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .context import CliContext, pass_cli_context
from .job_progress import finished

if TYPE_CHECKING:
    from ..services.spreadsheets.report import Report


@click.command("apply", short_help="Apply an edited table to images.")
@click.argument(
    "file", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FILE.csv|.xlsx"
)
@click.option("--dry-run", is_flag=True, help="Only print what would be changed.")
@pass_cli_context
def apply(context: CliContext, file: Path, dry_run: bool) -> None:
    """Apply FILE, an edited table of `huimages export`, to its images.

    A column that is left out changes nothing; an empty cell removes its text.  Unless every row is
    free of errors, nothing is changed; they are printed with row and column.  The work is a job:
    when it is interrupted, servers of the site go on with it, and so does the same command.
    """
    from ..errors import BadInput
    from ..services.uploads import PROGRAM
    from ..tables.limits import Limits

    services = context.reading_services if dry_run else context.services
    with file.open("rb") as table:
        report = services.spreadsheets.compare(table, Limits())
        for error in report.errors:
            click.echo(str(error), err=True)
        if report.errors:
            more = " or more" if report.is_full else ""
            raise BadInput(f"{file} has {len(report.errors)}{more} errors; nothing was changed")
        _print_differences(report)
        if dry_run or not report.changed:
            return
        job = services.spreadsheets.apply(table, PROGRAM, Limits())
    finished(services, job, "images")


def _print_differences(report: Report) -> None:
    for row in report.shown:
        click.echo(f"{row.image_id}  row {row.number}  {row.title}".rstrip())
        for one in row.differences:
            click.echo(f"  {one.column}: {one.before!r} -> {one.after!r}")
    if report.changed > len(report.shown):
        click.echo(f"... and {report.changed - len(report.shown):,} further rows")
    click.echo(f"{report.rows:,} rows, {report.changed:,} with changes")
    if report.ignored:
        click.echo(f"{report.ignored:,} changed cells are in columns that cannot be changed")
