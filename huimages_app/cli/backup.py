"""`huimages backup`: back up a site while it runs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .context import CliContext, pass_cli_context
from .options import jobs_option
from .output import plural
from .progress import progress

if TYPE_CHECKING:
    from collections import Counter

    from ..backends import Storage


@click.command("backup", short_help="Back up a site while it runs.")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(1),
    default=7,
    show_default=True,
    help="Number of snapshots to keep; older ones are deleted.",
)
@click.option("--verify", is_flag=True, help="Read the originals in DIR and replace damaged ones.")
@jobs_option
@pass_cli_context
def backup(context: CliContext, folder: Path, keep: int, verify: bool, jobs: int) -> int:
    """Back up all metadata and originals into DIR, which is created.

    Each run makes a snapshot of the metadata and copies the originals that DIR does not have yet.
    A repeated run continues a stopped one.  Accounts and tokens are included; the secret, the
    settings and the cache are not.
    """
    from ..backends import make_backup_folder
    from ..services.maintenance.backup import Backup
    from ..services.maintenance.backup_originals import Outcome

    with opened_storage(context) as storage:
        target = make_backup_folder(folder, context.settings, make=True)
        job = Backup(storage.originals, storage.metadata, target)
        report = job.run(progress, jobs=jobs, keep=keep, verify=verify)
    click.echo(f"snapshot {report.name}: {items_line(report.items)}")
    outcomes = ", ".join(
        f"{report.originals[outcome]:,} {outcome.value}"
        for outcome in Outcome
        if report.originals[outcome] or outcome in {Outcome.COPIED, Outcome.PRESENT, Outcome.FAILED}
    )
    click.echo(f"originals: {outcomes}")
    if report.discarded:
        click.echo(f"{plural(report.discarded, 'original')} of deleted snapshots removed")
    return int(report.originals[Outcome.FAILED] > 0)


def items_line(items: Counter[str]) -> str:
    """Return the numbers of items as a text."""
    return ", ".join(plural(number, kind.removesuffix("s")) for kind, number in items.items())


def opened_storage(context: CliContext) -> closing[Storage]:
    """Return the storage of the site, to be used in `with`; the audit log names the operator."""
    from ..backends import build_storage

    context.require_site()
    return closing(build_storage(context.settings))
