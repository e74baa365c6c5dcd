"""Commands for accounts and API tokens."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta

import click

from ..errors import BadInput
from .context import Site, pass_site

password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from stdin."
)
role_option = click.option("--role", default="viewer", show_default=True, metavar="ROLE")


@click.group("user")
def user() -> None:
    """Who may sign in: roles are viewer, editor and admin."""


@user.command("add")
@click.argument("name")
@role_option
@click.option("--no-password", is_flag=True, help="For somebody whom the proxy signs in.")
@password_option
@pass_site
def user_add(site: Site, name: str, role: str, no_password: bool, password_stdin: bool) -> None:
    """Make an account."""
    from ..services.accounts import parse_name

    parse_name(name)  # before anybody types a password in vain
    password = None if no_password else _password(password_stdin)
    site.services.accounts.add(name, role, password)


@user.command("list")
@pass_site
def user_list(site: Site) -> None:
    """Name, role and day of making of each account."""
    for account in site.services.accounts.all():
        how = "" if account.has_password else "\tby proxy"
        click.echo(f"{account.name}\t{account.role}\t{account.created:%Y-%m-%d}{how}")


@user.command("password")
@click.argument("name")
@password_option
@pass_site
def user_password(site: Site, name: str, password_stdin: bool) -> None:
    """Set a new password; ends all sessions, and any waiting after wrong passwords."""
    if site.services.accounts.get(name) is None:
        raise BadInput(f"there is no account {name}")
    site.services.accounts.set_password(name, _password(password_stdin))
    site.services.throttle.clear(name)


@user.command("role")
@click.argument("name")
@click.argument("role")
@pass_site
def user_role(site: Site, name: str, role: str) -> None:
    """Change the role, from the next request on."""
    site.services.accounts.set_role(name, role)


@user.command("remove")
@click.argument("name")
@pass_site
def user_remove(site: Site, name: str) -> None:
    """Remove an account; tags, ratings and favourites stay."""
    site.services.accounts.remove(name)


@click.group("token")
def token() -> None:
    """What programs sign in with: scopes are read, upload and edit."""


@token.command("add")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, metavar="SCOPE", help="Any number."
)
@click.option(
    "--days", type=click.IntRange(1, 3650), help="How long it lasts; for ever if not given."
)
@pass_site
def token_add(site: Site, name: str, scopes: Sequence[str], days: int | None) -> None:
    """Make a token and show it, this once; it is stored nowhere."""
    lifetime = timedelta(days=days) if days else None
    click.echo(site.services.tokens.add(name, scopes, lifetime)[1])


@token.command("list")
@pass_site
def token_list(site: Site) -> None:
    """ID, scopes, end and name of each token."""
    for each in site.services.tokens.all():
        end = f"{each.expires:%Y-%m-%d}" if each.expires else "never"
        click.echo(f"{each.id}\t{','.join(sorted(each.scopes))}\t{end}\t{each.name}")


@token.command("revoke")
@click.argument("token_id", metavar="ID")
@pass_site
def token_revoke(site: Site, token_id: str) -> None:
    """Make a token worthless, from now on."""
    site.services.tokens.revoke(token_id)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


COMMANDS = (user, token)
