"""`huimages months`: the months in which the images of a list were added or taken."""

from __future__ import annotations

import json
from typing import Any

import click

from ..domain.filters import query_of
from ..domain.months import TIMED
from .context import CliContext, pass_cli_context
from .filters import pairs_of, with_filters
from .output import count_text


@click.command("months", short_help="List the months in which images were added or taken.")
@with_filters
@click.option(
    "--order",
    default=TIMED[0],
    show_default=True,
    metavar="|".join(TIMED),
    help="Order; taken: the months of taking, else those of adding.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@pass_cli_context
def months(context: CliContext, order: str, as_json: bool, **filters: Any) -> None:
    """List the months in UTC of the images that meet all conditions, at most 600.

    `huimages list --at MONTH` lists the images from a month on.  After the month is the number of
    images, where it is known cheaply.  Of more than 1,000 images that meet several conditions, the
    months are those of all images.
    """
    found = context.reading_services.images.months(query_of(pairs_of(filters), order))
    for month, count in found.items():
        if as_json:
            numbers = {"count": count.number, "count_is_exact": count.is_exact} if count else {}
            click.echo(json.dumps({"month": str(month), **numbers}))
        else:
            click.echo(f"{month}  {count_text(count)}" if count else month)
