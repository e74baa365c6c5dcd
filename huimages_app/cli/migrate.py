"""`huimages migrate`: copy or move all originals to another location."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import click

from .context import CliContext, pass_cli_context
from .options import jobs_option
from .output import plural
from .progress import progress

if TYPE_CHECKING:
    from ..services.maintenance.migration import OriginalsMigration

_LOCATION = "LOCATION"


@click.command("migrate", short_help="Copy or move all originals to another location.")
@click.option("--from", "source", metavar=_LOCATION, required=True, help="Where the originals are.")
@click.option("--to", "target", metavar=_LOCATION, required=True, help="Where to copy them.")
@click.option(
    "--move",
    is_flag=True,
    help="Remove each original from the source after its copy has been compared with it.",
)
@jobs_option
@pass_cli_context
def migrate(context: CliContext, source: str, target: str, move: bool, jobs: int) -> int:
    """Copy all originals from one LOCATION to another.

    A LOCATION is files:FOLDER, s3:BUCKET[/PREFIX] or couchdb (the attachments of a
    huImages 2.2 site; only as a source).  `files` and `s3` alone are those of the settings.

    Every copy is read back and compared.  A repeated run continues a stopped one: it copies
    only what is missing, and compares what is in both locations.
    """
    from ..backends import originals_at
    from ..imaging.configured import make_decoder
    from ..services.file_info import describer
    from ..services.maintenance.migration import OriginalsMigration

    settings = context.settings
    with (
        closing(make_decoder(settings)) as decoder,
        closing(originals_at(source, settings)) as from_,
        closing(originals_at(target, settings)) as to,
    ):
        migration = OriginalsMigration(from_, to, describer(decoder), move=move)
        return _transfer(migration, source, target, jobs)


def _transfer(migration: OriginalsMigration, source: str, target: str, jobs: int) -> int:
    from ..services.maintenance.migration import Where

    copied, failed = 0, 0
    counts: Counter[Where] = Counter()
    try:
        with (
            progress("migrating", migration.count()) as bar,
            closing(migration.run(jobs)) as transferred,
        ):
            for one in transferred:
                copied += one.copied
                counts[one.where] += 1
                if one.error:
                    failed += 1
                    bar.print_line(f"{one.image_id}: {one.error}")
                if one.where is not Where.TARGET or one.copied or one.error:
                    bar.advance()
    finally:
        # Also after Ctrl-C and if a location has failed: the report covers the work so far.
        click.echo(f"{plural(copied, 'original')} copied, {failed:,} failed")
        click.echo(f"in both locations: {counts[Where.BOTH]:,}")
        click.echo(f"only in {source}: {counts[Where.SOURCE]:,}")
        click.echo(f"only in {target}: {counts[Where.TARGET]:,}")
    return int(failed > 0)
