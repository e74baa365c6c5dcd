"""`huimages import`: import single files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ..errors import BadInput
from .context import CliContext, pass_cli_context
from .importing.file import ImportFailed, import_file
from .output import printable


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
@click.option("--tags", default="", help="Tags, separated by commas or spaces.")
@click.option(
    "--ref",
    "references",
    metavar="KEY=VALUE",
    multiple=True,
    help="Another reference; may be repeated.",
)
@pass_cli_context
def import_(
    context: CliContext,
    files: Sequence[Path],
    artnr: Sequence[str],
    title: str,
    tags: str,
    references: Sequence[str],
) -> int:
    """Import FILEs and print the ID of each.

    The time of an image is the modification time of its file.  An image that is already
    stored is not stored again; title, tags and references are added to its metadata.
    """
    from ..domain.tags import parse_tags
    from ..domain.text import clean_references, clean_title

    # A wrong argument is wrong for every file: report it once, before the first one.
    cleaned_references = clean_references(_references(artnr, references))
    cleaned_title, parsed_tags = clean_title(title), parse_tags(tags)
    # This process ends before it could make their previews.
    uploads = context.services.uploads.without_prerendering()
    failed = False
    for path in files:
        try:
            added = import_file(
                uploads,
                path,
                title=cleaned_title,
                tags=parsed_tags,
                references=cleaned_references,
            )
        except ImportFailed as error:
            failed = True
            click.echo(f"{printable(path)}: {error}", err=True)
        else:
            click.echo(f"{added.image.id}  {printable(path)}")
    return int(failed)


def _references(artnr: Sequence[str], pairs: Sequence[str]) -> dict[str, list[str]]:
    references: dict[str, list[str]] = {"artnr": list(artnr)}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not value.strip():
            raise BadInput(f"--ref {pair!r} is not of the form KEY=VALUE")
        references.setdefault(key.strip(), []).append(value)
    return references
