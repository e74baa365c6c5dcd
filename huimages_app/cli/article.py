"""`huimages article`: the images of an article number, their order and their roles."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from .context import CliContext, pass_cli_context
from .options import count_option, days_option
from .output import count_text, plural

if TYPE_CHECKING:
    from ..services.articles import Article

_BATCH = 200  # articles read at once

key_option: Callable[[Any], Any] = click.option(
    "--key", default="artnr", show_default=True, help="Reference whose values are articles."
)
json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON."
)


@click.group("article", short_help="List, show and arrange the images of articles.")
def article() -> None:
    """List, show and arrange the images of articles.

    An article is a value of a reference, by default of `artnr`.  Its first image is the main one.
    """


@article.command("list")
@click.argument("prefix", metavar="[BEGINNING]", default="")
@key_option
@count_option
@pass_cli_context
def list_(context: CliContext, prefix: str, key: str, count: bool) -> None:
    """List the articles whose numbers begin with BEGINNING: number, count, main image."""
    from ..services.paging import all_pages

    articles = context.reading_services.articles
    if count:
        click.echo(count_text(articles.count(key, prefix=prefix)))
        return
    for page in all_pages(partial(articles.page, key, _BATCH, prefix=prefix)):
        for found in page.articles:
            click.echo(f"{found.number}  {plural(found.count, 'image')}  {found.main.id}")


@article.command("show")
@click.argument("number", metavar="NUMBER")
@key_option
@json_option
@pass_cli_context
def show(context: CliContext, number: str, key: str, as_json: bool) -> None:
    """Show the images of the article NUMBER in order, with roles and titles."""
    _print(context.reading_services.articles.get(key, number), as_json)


@article.command("order")
@click.argument("number", metavar="NUMBER")
@click.argument("image_ids", metavar="ID…", nargs=-1, required=True)
@key_option
@json_option
@pass_cli_context
def order(
    context: CliContext, number: str, image_ids: Sequence[str], key: str, as_json: bool
) -> None:
    """Put the images with these IDs first, in this order; show the article.

    Other images of the article stay after them.
    """
    from ..domain.ids import parse_image_id

    parsed = [parse_image_id(image_id) for image_id in image_ids]
    _print(context.services.articles.arrange(key, number, parsed), as_json)


@article.command("role")
@click.argument("number", metavar="NUMBER")
@click.argument("image_id", metavar="ID")
@click.argument("role", metavar="[ROLE]", default="")
@key_option
@json_option
@pass_cli_context
def role(
    context: CliContext, number: str, image_id: str, role: str, key: str, as_json: bool
) -> None:
    """Give an image of the article NUMBER a role, or none; show the article.

    The role `main` also moves the image to the front.
    """
    from ..domain.ids import parse_image_id

    articles = context.services.articles
    _print(articles.set_role(key, number, parse_image_id(image_id), role), as_json)


@article.command("url")
@click.argument("number", metavar="NUMBER")
@click.argument("size", metavar="SIZE")
@click.argument("which", metavar="[WHICH]", default="")
@key_option
@click.option(
    "--format", "extension", default="jpeg", show_default=True, help="jpeg, webp, avif or png."
)
@days_option
@pass_cli_context
def url(context: CliContext, number: str, size: str, which: str, **options: Any) -> None:
    """Print the stable URL of the article NUMBER in a SIZE.

    WHICH is a position, counted from 1, or a role; without it, it is the main image.
    """
    from ..domain.formats import parse_format

    format_ = parse_format(options["extension"])
    urls = context.reading_services.article_urls
    if context.settings.origins:
        urls = urls.at(context.settings.origins[0])
    click.echo(urls.url(size, options["key"], number, which, format_, options["expires"]))


def _print(found: Article, as_json: bool) -> None:
    rows = [(image, found.place(image)) for image in found.images]
    if as_json:
        images = [
            {"id": image.id, "at": place.at, "role": place.role or None, "title": image.title}
            for image, place in rows
        ]
        data = {"key": found.key, "number": found.number, "images": images}
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    width = max(len(place.role) for _, place in rows)
    for index, (image, place) in enumerate(rows, start=1):
        title = image.title or image.filename
        click.echo(f"{index:3}  {image.id}  {place.role:{width}}  {title}".rstrip())
