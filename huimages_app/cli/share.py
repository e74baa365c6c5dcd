"""`huimages share`: share links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from .context import CliContext, pass_cli_context
from .output import plural

if TYPE_CHECKING:
    from ..domain.shares import ShareTerms


@click.group("share")
def share() -> None:
    """Manage share links to images, collections, articles, tags and searches."""


@share.command("add")
@click.argument(
    "kind", type=click.Choice(["image", "collection", "article", "tag", "search", "list"])
)
@click.argument("value")
@click.option("--key", default="artnr", show_default=True, help="Reference key of an article.")
@click.option("--title", default="", help="Title, as visitors see it.")
@click.option("--days", type=click.IntRange(1, 3650), help="Lifetime; unlimited if omitted.")
@click.option(
    "--size", "sizes", multiple=True, metavar="SIZE", help="A size; may be repeated.  [1600x1600]"
)
@click.option("--originals", is_flag=True, help="Also permit the original files.")
@click.option("--password", is_flag=True, help="Ask for a password that visitors need.")
@pass_cli_context
def add(context: CliContext, kind: str, value: str, key: str, **options: Any) -> None:
    """Make a share link and print it.  Only its hash is stored, so it cannot be printed again.

    VALUE is the ID of an image or a collection, an article number, a tag, words to search, or the
    filters and the order of a list, as in 'tag=sea&shape=square&order=title'.
    """
    from ..domain.shares import Target

    target, terms = Target.parse(kind, value, key), _terms(**options)
    _, token = context.services.shares.add(target, terms)
    origins = context.settings.origins
    click.echo(f"{origins[0] if origins else ''}/share/{token}/")


@share.command("list")
@pass_cli_context
def list_(context: CliContext) -> None:
    """List ID, end, visits, target and title of each share link, the newest first."""
    for one in context.reading_services.shares.all():
        end = f"{one.until:%Y-%m-%d}" if one.until else "never"
        target = f"{one.target.kind} {one.target.value}"
        click.echo(f"{one.id}\t{end}\t{plural(one.views, 'visit')}\t{target}\t{one.title}")


@share.command("revoke")
@click.argument("share_id", metavar="ID")
@pass_cli_context
def revoke(context: CliContext, share_id: str) -> None:
    """Revoke a share link."""
    context.services.shares.revoke(share_id)


def _terms(
    *,
    title: str,
    days: int | None,
    sizes: Sequence[str],
    originals: bool,
    password: bool,
) -> ShareTerms:
    from ..domain.shares import DEFAULT_SIZE, ShareTerms

    until = datetime.now(UTC) + timedelta(days=days) if days else None
    secret = click.prompt("Password", hide_input=True, confirmation_prompt=True) if password else ""
    return ShareTerms(title, until, tuple(sizes) or (DEFAULT_SIZE,), originals, secret)
