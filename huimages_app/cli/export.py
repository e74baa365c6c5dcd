"""`huimages export`: images as a table for spreadsheets."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from ..domain.filters import ORDERS
from .context import CliContext, pass_cli_context
from .filters import with_filters


@click.command("export", short_help="Write images into a table for spreadsheets.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.csv|.xlsx")
@with_filters
@click.option("--order", default="newest", show_default=True, metavar="|".join(ORDERS))
@click.option(
    "--bom/--no-bom",
    default=True,
    show_default=True,
    help="Begin a CSV with the mark by which Excel recognizes UTF-8.",
)
@pass_cli_context
def export(context: CliContext, file: Path, order: str, bom: bool, **filters: Any) -> None:
    """Write a row for each image into FILE, which is replaced: CSV or XLSX by its ending.

    Images meet all conditions.  Edit the table in a spreadsheet, and apply it with
    `huimages apply`.
    """
    from ..domain.filters import query_of
    from ..domain.sizes import Size
    from ..tables.files import format_of_name

    table_format = format_of_name(file.name)
    services = context.reading_services
    pieces = services.spreadsheets.export(
        query_of([(name, value) for name, values in filters.items() for value in values], order),
        table_format,
        lambda image: services.urls.named_url(image, Size()),
        bom=bom,
    )
    _replace(file, pieces)


def _replace(file: Path, pieces: Iterable[bytes]) -> None:
    """Write a temporary file beside `path`, which replaces it when it is complete."""
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
