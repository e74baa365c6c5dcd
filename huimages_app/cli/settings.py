"""`huimages settings`: the settings in force, as an ini file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING

import click

from ..domain.output_options import FLAGS
from .context import CliContext, pass_cli_context

if TYPE_CHECKING:
    from ..config.settings import Settings


@click.command("settings", short_help="Print the settings in force.")
@click.option("--all", "show_all", is_flag=True, help="Also print settings at their defaults.")
@click.option(
    "--nginx",
    "output",
    flag_value="nginx",
    help="Print instead the maps for deploy/nginx.conf, which depend on the settings.",
)
@click.option(
    "--lighttpd",
    "output",
    flag_value="lighttpd",
    help="Print instead the variables for deploy/lighttpd.conf, which depend on the settings.",
)
@pass_cli_context
def settings(context: CliContext, show_all: bool, output: str | None) -> None:
    """Print the settings from the ini file and the environment, in the format of an ini file.

    Secrets are not printed.  Comments describe the named sizes with output options.
    """
    current = context.settings
    if output is not None:
        from .web_server_maps import WebServerSizes, lighttpd_variables, nginx_maps

        printed = nginx_maps if output == "nginx" else lighttpd_variables
        click.echo(printed(WebServerSizes.of(current)))
        return
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
        if name == "sizes":
            for line in _preset_lines(current):
                click.echo(f"# {line}")


def _preset_lines(settings: Settings) -> Iterator[str]:
    """Describe each named size with output options."""
    for name, size in settings.named_sizes.items():
        if size.preset is None:
            continue
        options = size.options
        quality = options.resolved_quality(settings.quality.by_extension)
        is_adaptive = options.is_adaptive(by_default=settings.quality.is_adaptive)
        facts = [
            str(size.box),
            options.format.extension if options.format else "every format",
            f"quality {quality}" if quality else "",
            "adaptive" if is_adaptive else "",
            f"at most {options.max_bytes:,} bytes" if options.max_bytes else "",
            *(flag for flag in FLAGS if getattr(options, flag)),
            f"cached as {size.preset.cache_name}",
        ]
        yield f"{name}: {', '.join(filter(None, facts))}"


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
    elif isinstance(value, float):
        text = f"{value:g}"
    else:
        text = str(value)
    return text.replace("%", "%%")  # ini files interpolate %(name)s
