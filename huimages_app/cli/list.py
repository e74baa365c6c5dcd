"""`huimages list`: the images that meet conditions."""

from __future__ import annotations

from typing import get_args

import click

from .context import CliContext, pass_cli_context

_PAGE = 200  # images read at once


@click.command("list", short_help="List the images that meet conditions.")
@click.option("--search", default="", metavar="WORDS", help="Words of titles, tags, file names.")
@click.option("--tag", default="", help="Only images with this tag.")
@click.option(
    "--taken",
    default="",
    metavar="FROM..UNTIL",
    help="Only images taken then: 2024, 2024-05..2024-07, 2024-05-01..",
)
@click.option(
    "--order",
    default="newest",
    show_default=True,
    metavar="ORDER",
    help="newest, oldest, rated or taken.",
)
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@pass_cli_context
def list_(context: CliContext, search: str, tag: str, taken: str, order: str, limit: int) -> None:
    """List ID, date and title of images; the date is that of taking if it is known."""
    from ..domain.models import Order, Query
    from ..domain.periods import Period
    from ..domain.text import clean, clean_tag
    from ..errors import BadInput

    # `place` is the order within one article: `huimages article show`.
    orders = [known for known in get_args(Order) if known != "place"]
    if order not in orders:
        raise BadInput(f"--order is {order[:20]!r}; expected {' or '.join(orders)}")
    period = Period.parse(taken)
    query = Query(
        text=clean(search),
        tag=clean_tag(tag),
        taken_from=period.start,
        taken_before=period.end,
        order=order,  # type: ignore[arg-type]
    )
    images, cursor = context.reading_services.images, None
    while limit:
        page = images.page(query, min(limit, _PAGE), cursor)
        for image in page.images:
            click.echo(
                f"{image.id}  {image.taken or image.created:%Y-%m-%d}  {image.title}".rstrip()
            )
        limit -= len(page.images)
        cursor = page.next
        if cursor is None:
            return
