"""`huimages ending`: the images whose rights end soon, or have ended."""

from __future__ import annotations

import json

import click

from .context import CliContext, pass_cli_context
from .options import count_option
from .output import count_text


@click.command("ending", short_help="List the images whose rights end soon.")
@click.option(
    "--days",
    type=click.IntRange(0, 3660),
    default=30,
    show_default=True,
    help="List what ends today or within so many days.",
)
@click.option("--ended", is_flag=True, help="List what has ended instead.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@count_option
@pass_cli_context
def ending(context: CliContext, days: int, ended: bool, as_json: bool, count: bool) -> None:
    """List the images whose rights end: last day, ID and title, earliest first."""
    services = context.reading_services
    first, last = services.showing.ended_days() if ended else services.showing.coming_days(days)
    if count:
        click.echo(count_text(services.images.count_ending(first, last)))
        return
    for image in services.images.all_ending(first, last):
        until, title = image.rights.until, image.title or image.filename
        if as_json:
            found = {"id": image.id, "until": until, "title": title}
            click.echo(json.dumps(found, ensure_ascii=False))
        else:
            click.echo(f"{until}  {image.id}  {title}".rstrip())
