"""`huimages import-tree`: import all images below a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .context import CliContext, pass_cli_context
from .options import jobs_option
from .output import plural, printable
from .progress import progress

if TYPE_CHECKING:
    from .importing.journal import FileState
    from .importing.tree import TreeImport

_OUTCOMES = ("new", "already stored", "imported before", "not an image", "failed")


@click.command("import-tree")
@click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--dry-run", is_flag=True, help="Only list the files that would be imported.")
@jobs_option
@pass_cli_context
def import_tree(context: CliContext, folder: Path, dry_run: bool, jobs: int) -> int:
    """Import all images below DIR.

    Each image gets its folder as reference `path`, the modification time of its file, and
    its file name as title if it has none.  Names that begin with a dot are skipped.  A file
    that cannot be imported is reported and does not stop the others.  A repeated run
    continues a stopped one, and does not read again what has been imported before.
    """
    from .importing.journal import Journal
    from .importing.tree import TreeImport, files_below

    services = context.reading_services if dry_run else context.services
    journal_file = context.settings.var / "imported.sqlite"
    if dry_run:
        journal_file = context.existing(journal_file)
    counts: Counter[str] = Counter()

    def report(error: OSError) -> None:
        counts["failed"] += 1
        click.echo(f"{printable(error.filename)}: {error.strerror}", err=True)

    with closing(Journal(journal_file)) as journal:
        tree = TreeImport(services, journal, folder)
        files = list(files_below(str(folder), report))
        pending = list(tree.pending(files))
        counts["imported before"] = len(files) - len(pending)
        found = len(files) + counts["failed"]
        if dry_run:
            _list(pending, counts["imported before"])
            return int(counts["failed"] > 0)
        try:
            _import(tree, pending, jobs, counts)
        finally:
            # Also after Ctrl-C and if the storage has failed: the imported files stay imported.
            click.echo(_summary(found, counts))
    return int(counts["failed"] > 0)


def _import(
    tree: TreeImport, pending: Sequence[FileState], jobs: int, counts: Counter[str]
) -> None:
    from ..services.concurrency import in_parallel

    with (
        progress("importing", len(pending)) as bar,
        closing(in_parallel(tree.import_one, pending, jobs)) as outcomes,
    ):
        for outcome in outcomes:
            bar.advance()
            counts[outcome.kind] += 1
            if outcome.error:
                bar.print_line(f"{printable(outcome.path)}: {outcome.error}")


def _list(pending: Sequence[FileState], known: int) -> None:
    for file in pending:
        click.echo(printable(file.path))
    size = sum(file.size for file in pending)
    click.echo(
        f"{plural(len(pending), 'file')} to import, {size / 10**6:,.1f} MB; "
        f"{known:,} imported before",
        err=True,
    )


def _summary(found: int, counts: Counter[str]) -> str:
    parts = [
        f"{counts[kind]:,} {kind}"
        for kind in _OUTCOMES
        if counts[kind] or kind in {"new", "failed"}
    ]
    if left := found - sum(counts[kind] for kind in _OUTCOMES):
        parts.append(f"{left:,} left")
    return f"{plural(found, 'file')}: " + ", ".join(parts)
