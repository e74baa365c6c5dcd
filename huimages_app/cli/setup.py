"""`huimages setup`: create what the storage needs."""

from __future__ import annotations

import click

from .context import CliContext, pass_cli_context


@click.command("setup", short_help="Create databases and views (CouchDB), bucket (S3).")
@click.option(
    "--legacy-annotations",
    "--old-marks",  # the name in former documentation
    is_flag=True,
    help="Also add to the annotations of a huImages 2.2 site the fields that sorting needs.",
)
@pass_cli_context
def setup(context: CliContext, legacy_annotations: bool) -> None:
    """Create what the storage needs: CouchDB databases and their views, the S3 bucket."""
    services = context.services
    for line in services.operations.setup(legacy_annotations=legacy_annotations):
        click.echo(line)
