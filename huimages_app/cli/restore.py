"""`huimages restore`: restore a backup into an empty site."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .backup import items_line, opened_storage
from .context import CliContext, pass_cli_context
from .options import jobs_option
from .progress import progress

if TYPE_CHECKING:
    from ..services.maintenance.restore import Part


@click.command("restore", short_help="Restore a backup into an empty site.")
@click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--snapshot", metavar="NAME", help="Snapshot to restore.  Default: the newest.")
@click.option(
    "--only",
    type=click.Choice(["originals", "metadata"]),
    help="Restore one part, where the other one is intact.",
)
@jobs_option
@pass_cli_context
def restore(
    context: CliContext, folder: Path, snapshot: str | None, only: Part | None, jobs: int
) -> int:
    """Restore the backup in DIR into the empty storage that the settings name.

    Missing folders, databases and views are created.  A backup can be restored into other
    storage than it was made of.  Every original is compared with its checksum.  A repeated run
    continues a stopped one.  Start the site when this command has ended.
    """
    from ..backends import make_backup_folder
    from ..imaging.configured import make_decoder
    from ..services.file_info import describer
    from ..services.maintenance.restore import Restore

    with closing(make_decoder(context.settings)) as decoder, opened_storage(context) as storage:
        source = make_backup_folder(folder, context.settings, make=False)
        job = Restore(storage.originals, storage.metadata, source, describer(decoder))
        report = job.run(progress, name=snapshot, only=only, jobs=jobs)
    if only != "originals":
        click.echo(f"snapshot {report.name}: {items_line(report.items)} restored")
    if only != "metadata":
        click.echo(f"originals: {report.restored:,} restored, {report.failed:,} failed")
    return int(report.failed > 0)
