"""Commands that show something and change nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from .context import Site, pass_site

if TYPE_CHECKING:
    from ..domain.models import AnnotationSummary, Image


@click.command("show", short_help="Show what is known about an image.")
@click.argument("image_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@pass_site
def show(site: Site, image_id: str, as_json: bool) -> None:
    """Show what is known about the image ID."""
    from ..domain.ids import parse_image_id

    services = site.services
    image = services.images.get_any(parse_image_id(image_id))
    facts = _facts(image, services.annotations.summary(image.id))
    if as_json:
        click.echo(json.dumps(facts, default=_plain, ensure_ascii=False, indent=2))
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        if (text := _line(value)) != "":
            click.echo(f"{name:{width}}  {text}")


@click.command("url", short_help="Print the address of an image in a size.")
@click.argument("image_id", metavar="ID")
@click.argument("size", metavar="SIZE")
@click.option(
    "--format",
    "extension",
    default="jpeg",
    show_default=True,
    help="jpeg, webp, avif or png.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    help="How long the signature lasts, where the site wants one; for ever if not given.",
)
@pass_site
def url(site: Site, image_id: str, size: str, extension: str, days: int | None) -> None:
    """Print the address of the image ID in a SIZE: 240x160, 75x75!, vga, o."""
    import time

    from ..domain.formats import parse_format
    from ..domain.ids import parse_image_id

    format_ = parse_format(extension)
    urls = site.services.urls
    wanted = urls.size(size)
    image = site.services.renditions.require_visible(parse_image_id(image_id))
    # Without the metadata store an address has no name and no focal point, and works.
    expires = int(time.time()) + days * 86400 if days else None
    click.echo(
        urls.named_url(image, wanted, format_, expires)
        if image
        else urls.url(image_id, wanted, format_, expires)
    )


@click.command("settings", short_help="Print the settings in force.")
@click.option("--all", "show_all", is_flag=True, help="Also those that are at their defaults.")
@pass_site
def settings(site: Site, show_all: bool) -> None:
    """Print the settings, as the ini file and the environment together make them."""
    default = type(site.settings)()
    for name, row in site.settings.rows():
        value = getattr(site.settings, name)
        if show_all or value != getattr(default, name):
            shown = "(secret)" if row.secret and value else _setting(value)
            click.echo(f"{row.key} = {shown}".rstrip())


def _facts(image: Image, summary: AnnotationSummary) -> dict[str, Any]:
    """The record and what visitors say, by the names that people read."""
    return {
        "id": image.id,
        "title": image.title,
        "earlier titles": image.titles[:-1],
        "alt": image.alt,
        "filename": image.filename,
        "contenttype": image.contenttype,
        "width": image.width,
        "height": image.height,
        "bytes": image.length,
        "sha256": image.sha256,
        "created": image.created,
        "modified": image.modified,
        "trashed": image.trashed,
        "references": dict(image.references),
        "types": image.types,
        "focus": image.focus,
        "placeholder": image.placeholder,
        "tags": dict(summary.tags),
        "rating": summary.rating,
        "ratings": summary.rating_count,
        "favorites": summary.favorites,
    }


def _line(value: object) -> str:
    """A value as one line; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} ({_line(each)})" for key, each in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(_line, value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{value:,}" if isinstance(value, int) else str(value)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is nothing that JSON has")


def _setting(value: object) -> str:
    if isinstance(value, Mapping):
        return "".join(f"\n    {name} = {definition}" for name, definition in value.items())
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value)


COMMANDS = (show, url, settings)
