"""`huimages collection`: collections, their images and their order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from .article import json_option
from .context import CliContext, pass_cli_context
from .options import count_option
from .output import plural

collection_id_argument: Callable[[Any], Any] = click.argument("collection_id", metavar="ID")
image_ids_argument: Callable[[Any], Any] = click.argument(
    "image_ids", metavar="IMAGE…", nargs=-1, required=True
)


@click.group("collection", short_help="List, show and change collections of images.")
def collection() -> None:
    """List, show and change collections: images in an order, with a title and a text."""


@collection.command("list")
@count_option
@pass_cli_context
def list_(context: CliContext, count: bool) -> None:
    """List the collections by title: ID, number of images, title."""
    collections = context.reading_services.collections
    if count:
        click.echo(len(collections.all()))
        return
    sizes = collections.sizes()
    for one in collections.all():
        click.echo(f"{one.id}  {plural(sizes.get(one.id, 0), 'image')}  {one.title}")


@collection.command("show")
@collection_id_argument
@json_option
@pass_cli_context
def show(context: CliContext, collection_id: str, as_json: bool) -> None:
    """Show the collection ID: its title, its text, and its images in order."""
    collections = context.reading_services.collections
    one = collections.get(collection_id)
    rows = [(image.id, image.title or image.filename) for image in collections.images(one.id)]
    if as_json:
        images = [{"id": image_id, "title": title} for image_id, title in rows]
        data = {"id": one.id, "title": one.title, "description": one.description, "images": images}
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    click.echo(one.title)
    if one.description:
        click.echo(one.description)
    for image_id, title in rows:
        click.echo(f"{image_id}  {title}".rstrip())


@collection.command("add")
@click.argument("title")
@click.argument("image_ids", metavar="[IMAGE…]", nargs=-1)
@click.option("--text", default="", help="Text of the collection.")
@pass_cli_context
def add(context: CliContext, title: str, image_ids: Sequence[str], text: str) -> None:
    """Make a collection, of the images with these IDs; print its ID."""
    parsed = _parsed(image_ids)
    one = context.services.collections.add(title, text)
    context.services.collection_images.add_images(one.id, parsed)
    click.echo(one.id)


@collection.command("edit")
@collection_id_argument
@click.option("--title", help="New title.")
@click.option("--text", help="New text; empty removes it.")
@click.option("--cover", help="ID of an image of the collection; empty: the first one.")
@pass_cli_context
def edit(
    context: CliContext,
    collection_id: str,
    title: str | None,
    text: str | None,
    cover: str | None,
) -> None:
    """Change title, text or cover of the collection ID."""
    from ..domain.collections import CollectionPatch

    context.services.collections.update(collection_id, CollectionPatch(title, text, cover))


@collection.command("put")
@collection_id_argument
@image_ids_argument
@pass_cli_context
def put(context: CliContext, collection_id: str, image_ids: Sequence[str]) -> None:
    """Put images at the end of the collection ID; print those that were not in it yet."""
    _print_ids(context.services.collection_images.add_images(collection_id, _parsed(image_ids)))


@collection.command("take")
@collection_id_argument
@image_ids_argument
@pass_cli_context
def take(context: CliContext, collection_id: str, image_ids: Sequence[str]) -> None:
    """Take images out of the collection ID; print those that were in it."""
    _print_ids(context.services.collection_images.remove_images(collection_id, _parsed(image_ids)))


@collection.command("move")
@collection_id_argument
@click.argument("image_id", metavar="IMAGE")
@click.option("--before", default="", metavar="IMAGE", help="Put it directly before this image.")
@click.option("--after", default="", metavar="IMAGE", help="Put it directly after this image.")
@pass_cli_context
def move(context: CliContext, collection_id: str, image_id: str, before: str, after: str) -> None:
    """Move an image of the collection ID; to the end without --before and --after."""
    if before and after:
        raise click.UsageError("--before and --after are both given; expected at most one")
    image_id, *_ = _parsed([image_id])
    before, after = ("".join(_parsed(filter(None, [other]))) for other in (before, after))
    images = context.services.collection_images
    images.move(collection_id, image_id, before=before, after=after)


@collection.command("remove")
@collection_id_argument
@pass_cli_context
def remove(context: CliContext, collection_id: str) -> None:
    """Remove the collection ID; its images stay."""
    context.services.collections.remove(collection_id)


def _parsed(image_ids: Iterable[str]) -> list[str]:
    from ..domain.ids import parse_image_id

    return [parse_image_id(image_id) for image_id in image_ids]


def _print_ids(image_ids: Iterable[str]) -> None:
    for image_id in image_ids:
        click.echo(image_id)
