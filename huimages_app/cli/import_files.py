"""Commands that put images in."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from ..errors import BadInput, BadUpload
from .context import Site, pass_site
from .import_file import added_from
from .output import plural, progress, shown

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=min(4, os.cpu_count() or 1),
    show_default=True,
    help="How many images at a time.",
)


@click.command("import")
@click.argument(
    "files",
    metavar="FILE…",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--artnr", metavar="N", multiple=True, help="Article number; may be repeated.")
@click.option("--title", default="", help="Title.")
@click.option("--tags", default="", help="Tags, divided by commas or spaces.")
@click.option(
    "--ref",
    "references",
    metavar="KEY=VALUE",
    multiple=True,
    help="Any other reference; may be repeated.",
)
@pass_site
def import_files(
    site: Site,
    files: Sequence[Path],
    artnr: Sequence[str],
    title: str,
    tags: str,
    references: Sequence[str],
) -> int:
    """Import FILEs, and print the ID of each.

    The time of a picture is that of its file.  What is there already is not stored twice;
    it gets the title, tags and references on top.
    """
    from ..domain.tags import parse_tags
    from ..domain.text import clean_references, clean_title

    # What is wrong in the arguments is wrong for every file: say it once, and before.
    told = clean_references(_references(artnr, references))
    title, parsed_tags = clean_title(title), parse_tags(tags)
    failed = False
    for path in files:
        try:
            added = added_from(site.services, path, title=title, tags=parsed_tags, references=told)
        except (BadUpload, BadInput) as error:
            reason = str(error)
        except OSError as error:
            reason = error.strerror or str(error)
        else:
            click.echo(f"{added.image.id}  {shown(path)}")
            continue
        failed = True
        click.echo(f"{shown(path)}: {reason}", err=True)
    return int(failed)


@click.command("import-tree")
@click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--dry-run", is_flag=True, help="Only list the files that would be imported.")
@jobs_option
@pass_site
def import_tree(site: Site, folder: Path, dry_run: bool, jobs: int) -> int:
    """Import all pictures below DIR.

    Each gets its folder as reference `path`, the time of its file, and the file's name as
    title if it has none.  Names that begin with a dot are left out.  A file that can't be
    imported is named, and does not stop the others.  Run it again, after a stop or for new
    pictures: what was imported before is not read again.
    """
    from ..services.concurrency import in_parallel
    from .import_journal import Journal
    from .import_tree import TreeImport, files_below

    services = site.services
    counts: Counter[str] = Counter()

    def complain(error: OSError) -> None:
        counts["failed"] += 1
        click.echo(f"{shown(error.filename)}: {error.strerror}", err=True)

    with closing(Journal(site.settings.var / "imported.sqlite")) as journal:
        tree = TreeImport(services, journal, folder)
        files = list(files_below(str(folder), complain))
        found = len(files) + counts["failed"]
        pending = list(tree.pending(files))
        counts["known before"] = len(files) - len(pending)
        if dry_run:
            for seen in pending:
                click.echo(shown(seen.path))
            size = sum(seen.size for seen in pending)
            click.echo(
                f"{plural(len(pending), 'file')} to import, {size / 10**6:,.1f} MB; "
                f"{counts['known before']:,} known before",
                err=True,
            )
            return int(counts["failed"] > 0)
        try:
            with (
                progress("importing", len(pending)) as bar,
                closing(in_parallel(tree.take, pending, jobs)) as outcomes,
            ):
                for outcome in outcomes:
                    bar.advance()
                    counts[outcome.kind] += 1
                    if outcome.error:
                        bar.say(f"{shown(outcome.path)}: {outcome.error}")
        finally:
            # Also when it was stopped, or a store went down: what is done is done.
            click.echo(_summary(found, counts))
    return int(counts["failed"] > 0)


def _summary(found: int, counts: Counter[str]) -> str:
    kinds = ("new", "in the library already", "known before", "no picture", "failed")
    parts = [
        f"{counts[kind]:,} {kind}" for kind in kinds if counts[kind] or kind in {"new", "failed"}
    ]
    if left := found - sum(counts[kind] for kind in kinds):
        parts.append(f"{left:,} left")
    return f"{plural(found, 'file')}: " + ", ".join(parts)


def _references(artnr: Sequence[str], pairs: Sequence[str]) -> dict[str, list[str]]:
    references: dict[str, list[str]] = {"artnr": list(artnr)}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not value.strip():
            raise BadInput(f"--ref {pair!r} is not of the form KEY=VALUE")
        references.setdefault(key.strip(), []).append(value)
    return references


COMMANDS = (import_files, import_tree)
