"""`huimages user`: accounts of people."""

from __future__ import annotations

import sys

import click

from ..errors import UnknownAccount
from .context import CliContext, pass_cli_context

password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from stdin."
)


@click.group("user")
def user() -> None:
    """Manage accounts.  The roles are viewer, editor and admin."""


@user.command("add")
@click.argument("name")
@click.option("--role", default="viewer", show_default=True, metavar="ROLE")
@click.option("--no-password", is_flag=True, help="For users that a proxy authenticates.")
@password_option
@pass_cli_context
def add(context: CliContext, name: str, role: str, no_password: bool, password_stdin: bool) -> None:
    """Add an account."""
    from ..services.accounts import parse_name

    parse_name(name)  # before it asks for a password
    password = None if no_password else _password(password_stdin)
    context.services.accounts.add(name, role, password)


@user.command("list")
@pass_cli_context
def list_(context: CliContext) -> None:
    """List name, role and creation date of each account."""
    for account in context.reading_services.accounts.all():
        note = "" if account.has_password else "\tby proxy"
        click.echo(f"{account.name}\t{account.role}\t{account.created:%Y-%m-%d}{note}")


@user.command("password")
@click.argument("name")
@password_option
@pass_cli_context
def password(context: CliContext, name: str, password_stdin: bool) -> None:
    """Set a new password.  Ends all sessions of the account and resets its login throttle."""
    if context.services.accounts.get(name) is None:
        raise UnknownAccount(name)
    context.services.accounts.set_password(name, _password(password_stdin))
    context.services.throttle.clear(name)


@user.command("role")
@click.argument("name")
@click.argument("role")
@pass_cli_context
def role(context: CliContext, name: str, role: str) -> None:
    """Change the role of an account, from its next request on."""
    context.services.accounts.set_role(name, role)


@user.command("remove")
@click.argument("name")
@pass_cli_context
def remove(context: CliContext, name: str) -> None:
    """Remove an account.  Its tags, ratings and favourites stay."""
    context.services.accounts.remove(name)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
