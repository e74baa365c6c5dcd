"""`huimages purge`: remove images that were moved to the trash long ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from .context import CliContext, pass_cli_context
from .options import confirmed, yes_option
from .output import plural


@click.command("purge", short_help="Remove old images from the trash.")
@click.option(
    "--days",
    type=click.IntRange(0, 36_500),
    help="Minimum number of days in the trash.  Default: the setting huimages.trash.days.",
)
@yes_option
@pass_cli_context
def purge(context: CliContext, days: int | None, yes: bool) -> int:
    """Remove for good the images that have been in the trash for some days.  Print their IDs."""
    age = context.settings.trash_days if days is None else days
    services = context.services
    question = f"Remove for good the images in the trash for {plural(age, 'day')} or longer?"
    if not confirmed(question, yes):
        return 1
    before = datetime.now(UTC) - timedelta(days=age)
    removed = failed = 0
    try:
        for purged in services.integrity.purge(before):
            if purged.error:
                failed += 1
                click.echo(f"{purged.image_id}: {purged.error}", err=True)
            else:
                removed += 1
                click.echo(purged.image_id)
    finally:
        click.echo(f"{plural(removed, 'image')} removed", err=True)
    return 1 if failed else 0
