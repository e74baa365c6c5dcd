"""`huimages tags`: list, rename and merge tags."""

from __future__ import annotations

from collections.abc import Sequence

import click

from .context import CliContext, pass_cli_context
from .job_progress import finished
from .options import count_option
from .output import count_text


@click.group("tags", short_help="List, rename and merge tags.")
def tags() -> None:
    """List tags, and change them on all images, for all visitors."""


@tags.command("list")
@click.option("--prefix", default="", help="Only tags that begin with it.")
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True)
@count_option
@pass_cli_context
def list_(context: CliContext, prefix: str, limit: int, count: bool) -> None:
    """Print the number of uses and the spelling of tags, the most used first."""
    from ..domain.text import clean_tag

    images = context.reading_services.images
    if count:
        click.echo(count_text(images.count_tags(clean_tag(prefix))))
        return
    found = images.tags(clean_tag(prefix), limit)
    spellings = images.spellings([tag for tag, _ in found])
    for tag, uses in found:
        click.echo(f"{uses:8}  {spellings.get(tag, tag)}")


@tags.command()
@click.argument("tag")
@click.argument("name")
@pass_cli_context
def rename(context: CliContext, tag: str, name: str) -> None:
    """Give TAG the new NAME, in its spelling: also to change the spelling alone.

    Renaming back undoes it.  If there is a tag NAME already, use `merge`.
    """
    services = context.services
    finished(services, services.tag_renaming.rename(tag, name), "images")


@tags.command()
@click.argument("merged", metavar="TAG...", nargs=-1, required=True)
@click.argument("into")
@pass_cli_context
def merge(context: CliContext, merged: Sequence[str], into: str) -> None:
    """Replace each TAG by the tag INTO, in its spelling.

    Only undoing the job takes this back, from the histories of the images, which keep a limited
    number of changes; renaming cannot separate the merged tags.
    """
    services = context.services
    finished(services, services.tag_renaming.merge(merged, into), "images")
