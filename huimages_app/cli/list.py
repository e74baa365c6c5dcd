"""`huimages list`: the images that meet conditions."""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ..domain.filters import ORDERS, query_of
from ..domain.periods import Period
from .context import CliContext, pass_cli_context
from .filters import pairs_of, with_filters
from .options import count_option
from .output import count_text

if TYPE_CHECKING:
    from ..domain.models import Image, Query

_PAGE = 200  # images read at once


@click.command("list", short_help="List the images that meet conditions.")
@with_filters
@click.option(
    "--order",
    default="newest",
    show_default=True,
    metavar="|".join(ORDERS),
    help="Order; place: that of the article, with exactly one --artnr.",
)
@click.option(
    "--at", default="", metavar="DATE", help="Begin a list by time at this day, month or year."
)
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@count_option
@pass_cli_context
def list_(
    context: CliContext, order: str, at: str, limit: int, count: bool, **filters: Any
) -> None:
    """List ID, date and title of images; the date is that of taking if it is known.

    Images meet all conditions.  --tag, --artnr and --without may be given several times.
    """
    query = query_of(pairs_of(filters), order)
    if count:
        click.echo(count_text(context.reading_services.images.count_of(query)))
    else:
        _print_images(context, query, Period.parse(at), limit)


def _print_images(context: CliContext, query: Query, at: Period, limit: int) -> None:
    from ..services.paging import all_pages

    read = partial(context.reading_services.images.page, query, min(limit, _PAGE), at=at)
    images = itertools.chain.from_iterable(page.images for page in all_pages(read))
    for image in itertools.islice(images, limit):
        click.echo(_line(image))


def _line(image: Image) -> str:
    return f"{image.id}  {image.taken or image.created:%Y-%m-%d}  {image.title}".rstrip()
