"""`huimages cache`: the folder of renditions."""

from __future__ import annotations

import click

from ..errors import BadInput
from .context import CliContext, pass_cli_context
from .output import plural


@click.group("cache")
def cache() -> None:
    """Manage the cache of renditions."""


@cache.command("prune")
@click.option(
    "--max-bytes",
    metavar="AMOUNT",
    help="Size limit, as in 500 MB or 2 GB.  Default: the setting huimages.cache.max_bytes.",
)
@pass_cli_context
def prune(context: CliContext, max_bytes: str | None) -> None:
    """Remove the least recently used renditions, down to a size limit."""
    from ..config.parsers import amount, expected

    try:
        limit = None if max_bytes is None else amount(max_bytes)
    except ValueError:
        raise BadInput(f"--max-bytes {max_bytes!r} is not {expected(amount)}") from None
    pruned = context.services.operations.prune_cache(limit)
    click.echo(f"{plural(pruned.files, 'file')} removed, {pruned.bytes / 10**6:,.1f} MB")
