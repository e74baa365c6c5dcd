"""`huimages export`: images as a table for spreadsheets."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from .context import CliContext, pass_cli_context


@click.command("export", short_help="Write images into a table for spreadsheets.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.csv|.xlsx")
@click.option("--search", default="", metavar="WORDS", help="Only images with these words.")
@click.option("--tag", default="", help="Only images with this tag.")
@click.option(
    "--bom/--no-bom",
    default=True,
    show_default=True,
    help="Begin a CSV with the mark by which Excel recognizes UTF-8.",
)
@pass_cli_context
def export(context: CliContext, file: Path, search: str, tag: str, bom: bool) -> None:
    """Write a row for each image into FILE, which is replaced: CSV or XLSX by its ending.

    Edit it in a spreadsheet, and apply it with `huimages apply`.
    """
    from ..domain.models import Query
    from ..domain.sizes import Size
    from ..domain.text import clean, clean_tag
    from ..tables.files import format_of_name

    table_format = format_of_name(file.name)
    services = context.reading_services
    pieces = services.spreadsheets.export(
        Query(text=clean(search), tag=clean_tag(tag)),
        table_format,
        lambda image: services.urls.named_url(image, Size()),
        bom=bom,
    )
    _replace(file, pieces)


def _replace(file: Path, pieces: Iterable[bytes]) -> None:
    """Write a file beside, and put it into its place when it is complete."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as target:
            target.writelines(pieces)
        beside.chmod(0o666 & ~_umask())
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
