"""`huimages settings`: the settings in force, as an ini file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from operator import attrgetter

import click

from .context import CliContext, pass_cli_context


@click.command("settings", short_help="Print the settings in force.")
@click.option("--all", "show_all", is_flag=True, help="Also print settings at their defaults.")
@pass_cli_context
def settings(context: CliContext, show_all: bool) -> None:
    """Print the settings from the ini file and the environment, in the format of an ini file.

    Secrets are not printed.
    """
    current = context.settings
    default = type(current)()
    click.echo(f"# {context.source}\n[app:main]")
    for name, row in current.rows():
        value = attrgetter(name)(current)
        if not show_all and value == attrgetter(name)(default):
            continue
        if row.secret and value:
            click.echo(f"# {row.key} = (secret)")
        else:
            click.echo(f"{row.key} = {_ini_text(value)}".rstrip())


def _ini_text(value: object) -> str:
    """A value in the format that the ini file has for it; empty for none."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        text = "".join(f"\n    {name} = {definition}" for name, definition in value.items())
    elif isinstance(value, tuple):
        texts = [str(item) for item in value]
        # Values that hold blanks are on lines of their own.
        has_blanks = any(" " in text for text in texts)
        text = "".join(f"\n    {item}" for item in texts) if has_blanks else " ".join(texts)
    elif isinstance(value, re.Pattern):
        text = value.pattern
    elif isinstance(value, float):
        text = f"{value:g}"
    else:
        text = str(value)
    return text.replace("%", "%%")  # ini files interpolate %(name)s
