"""Commands that carry originals about."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import click

from .context import Site, pass_site
from .import_ import jobs_option
from .output import plural, progress

if TYPE_CHECKING:
    from ..services.maintenance.migration import OriginalsMigration

_PLACE = "PLACE"


@click.command("migrate", short_help="Copy or move all originals to another place.")
@click.option("--from", "source", metavar=_PLACE, required=True, help="Where they are.")
@click.option("--to", "target", metavar=_PLACE, required=True, help="Where they shall be.")
@click.option(
    "--move",
    is_flag=True,
    help="Remove each from the source, once its copy was read back.",
)
@jobs_option
@pass_site
def migrate(site: Site, source: str, target: str, move: bool, jobs: int) -> int:
    """Copy all originals from one PLACE to another.

    A PLACE is files:FOLDER, s3:BUCKET[/PREFIX] or couchdb (the attachments of a former
    huImages site; only as a source); files and s3 alone are those of the settings.

    Every copy is read back and compared.  Stopped at any moment, it goes on where it was
    when it is called again: what is in both places is not copied twice.
    """
    from ..factory import describer, originals_at
    from ..services.maintenance.migration import OriginalsMigration

    with (
        closing(originals_at(source, site.settings)) as here,
        closing(originals_at(target, site.settings)) as there,
    ):
        migration = OriginalsMigration(here, there, describer(site.settings), move=move)
        return _carry(migration, source, target, jobs)


def _carry(migration: OriginalsMigration, source: str, target: str, jobs: int) -> int:
    from ..services.maintenance.migration import Where

    copied, failed = 0, 0
    counts: Counter[Where] = Counter()
    try:
        with (
            progress("migrating", migration.count()) as bar,
            closing(migration.run(jobs)) as carried,
        ):
            for one in carried:
                counts[one.where] += 1
                copied += one.copied
                if one.error:
                    failed += 1
                    bar.say(f"{one.image_id}: {one.error}")
                if one.where is not Where.TARGET or one.copied or one.error:
                    bar.advance()
    finally:
        # After Ctrl-C, or when a place went down, as well: so far it came.
        click.echo(f"{plural(copied, 'original')} copied, {failed:,} failed")
        click.echo(f"in both places: {counts[Where.BOTH]:,}")
        click.echo(f"only in {source}: {counts[Where.SOURCE]:,}")
        click.echo(f"only in {target}: {counts[Where.TARGET]:,}")
    return int(failed > 0)


COMMANDS = (migrate,)
