"""`huimages saved`: saved searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..errors import UnknownAccount
from .context import CliContext, pass_cli_context
from .filters import pairs_of, with_filters

if TYPE_CHECKING:
    from ..services.container import Services

id_argument = click.argument("search_id", metavar="ID")
account_option = click.option(
    "--account", metavar="NAME", help="The private searches of this account, and everyone's."
)


@click.group("saved", short_help="List, save, rename and remove saved searches.")
def saved() -> None:
    """List, save, rename and remove saved searches: filters and an order under a name."""


@saved.command("list")
@account_option
@pass_cli_context
def list_(context: CliContext, account: str | None) -> None:
    """List the saved searches by name: ID, who sees it, name, filters."""
    services = context.reading_services
    for one in services.saved_searches.all(_owner(services, account)):
        who = "everyone" if one.is_shared else "private"
        click.echo(f"{one.id}\t{who}\t{one.name}\t{one.search.text}")


@saved.command("add")
@click.argument("name")
@with_filters
@click.option("--order", default="newest", show_default=True, help="As in `huimages list`.")
@click.option("--account", metavar="NAME", help="Save it for this account only.")
@pass_cli_context
def add(context: CliContext, name: str, order: str, account: str | None, **filters: Any) -> None:
    """Save filters and an order under a NAME, for everyone; print the ID."""
    from ..domain.searches import Search

    search = Search.of(pairs_of(filters), order)
    owner = _owner(context.services, account)
    click.echo(context.services.saved_searches.add(name, search, owner).id)


@saved.command("rename")
@id_argument
@click.argument("name")
@account_option
@pass_cli_context
def rename(context: CliContext, search_id: str, name: str, account: str | None) -> None:
    """Change the name of the saved search ID."""
    from ..services.saved_searches import SavedSearchPatch

    owner = _owner(context.services, account)
    context.services.saved_searches.update(search_id, SavedSearchPatch(name), owner)


@saved.command("remove")
@id_argument
@account_option
@pass_cli_context
def remove(context: CliContext, search_id: str, account: str | None) -> None:
    """Remove the saved search ID; its images stay."""
    owner = _owner(context.services, account)
    context.services.saved_searches.remove(search_id, owner)


def _owner(services: Services, name: str | None) -> str:
    """Return the visitor ID of an account; empty without one."""
    if name is None:
        return ""
    account = services.accounts.get(name)
    if account is None:
        raise UnknownAccount(name)
    return account.visitor_id
