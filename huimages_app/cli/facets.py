"""`huimages facets`: how many images of a list have each value of filters."""

from __future__ import annotations

import json
from typing import Any

import click

from ..domain.facet_counts import counts_as_json
from ..domain.filters import query_of
from .context import CliContext, pass_cli_context
from .filters import pairs_of, with_filters
from .output import count_text


@click.command("facets", short_help="Count the images of a list by the values of filters.")
@with_filters
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@pass_cli_context
def facets(context: CliContext, as_json: bool, **filters: Any) -> None:
    """Count the images that meet all conditions by shape, format, what they lack, and rating.

    Each line has filter, value and number.  Of more than 1,000 images the first ones are counted,
    and values that none of them has are left out.  The numbers of --shape, --format and --rating,
    if given, are those without it.
    """
    given = pairs_of(filters)
    counts = context.reading_services.images.facet_counts(given, query_of)
    if as_json:
        for item in counts_as_json(counts):
            click.echo(json.dumps(item))
        return
    for (name, value), count in counts.items():
        click.echo(f"{name:7}  {value:9}  {count_text(count)}")
