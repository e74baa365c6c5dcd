"""`huimages token`: API tokens of programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import click

from .context import CliContext, pass_cli_context


@click.group("token")
def token() -> None:
    """Manage API tokens.  The scopes are read, upload and edit."""


@token.command("add")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    metavar="SCOPE",
    help="A scope of the token; may be repeated.",
)
@click.option(
    "--days", type=click.IntRange(1, 3650), help="Lifetime in days; unlimited if omitted."
)
@pass_cli_context
def add(context: CliContext, name: str, scopes: Sequence[str], days: int | None) -> None:
    """Add a token and print it.  Only its hash is stored, so it cannot be printed again."""
    lifetime = timedelta(days=days) if days else None
    click.echo(context.services.tokens.add(name, scopes, lifetime)[1])


@token.command("list")
@pass_cli_context
def list_(context: CliContext) -> None:
    """List ID, scopes, expiry date and name of each token."""
    for each in context.reading_services.tokens.all():
        expiry = f"{each.expires:%Y-%m-%d}" if each.expires else "never"
        click.echo(f"{each.id}\t{','.join(sorted(each.scopes))}\t{expiry}\t{each.name}")


@token.command("revoke")
@click.argument("token_id", metavar="ID")
@pass_cli_context
def revoke(context: CliContext, token_id: str) -> None:
    """Revoke a token."""
    context.services.tokens.revoke(token_id)
