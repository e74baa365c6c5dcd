"""`huimages duplicates`: the images that look alike."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .context import CliContext, pass_cli_context
from .output import count_text

if TYPE_CHECKING:
    from ..domain.models import Image


@click.group("duplicates", short_help="List images that look alike, or dismiss false alarms.")
def duplicates() -> None:
    """List images that look alike, or dismiss false alarms."""


@duplicates.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per group.")
@click.option("--count", is_flag=True, help="Print only how many images look like older ones.")
@pass_cli_context
def list_(context: CliContext, as_json: bool, count: bool) -> None:
    """List the groups of images that look alike, newest first; in each the largest image first."""
    if count:
        click.echo(count_text(context.reading_services.duplicates.count()))
        return
    for number, group in enumerate(context.reading_services.duplicates.all()):
        if as_json:
            described = [_described(image) for image in group.images]
            click.echo(json.dumps({"images": described}, ensure_ascii=False))
            continue
        if number:
            click.echo()
        _print(group.images)


@duplicates.command("of")
@click.argument("image_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@pass_cli_context
def of(context: CliContext, image_id: str, as_json: bool) -> None:
    """List the images that look like one, most similar first."""
    from ..domain.ids import parse_image_id

    services = context.reading_services
    found = services.duplicates.of_image(services.images.get(parse_image_id(image_id)))
    if as_json:
        for image in found:
            click.echo(json.dumps(_described(image), ensure_ascii=False))
    else:
        _print(found)


@duplicates.command("dismiss")
@click.argument("image_ids", metavar="ID ID ...", nargs=-1, required=True)
@pass_cli_context
def dismiss(context: CliContext, image_ids: Sequence[str]) -> None:
    """Declare images to be different from each other: they are not listed together again."""
    from ..domain.ids import parse_image_id

    context.services.duplicates.dismiss([parse_image_id(text) for text in image_ids])


@duplicates.command("undismiss")
@click.argument("image_ids", metavar="ID ID ...", nargs=-1, required=True)
@pass_cli_context
def undismiss(context: CliContext, image_ids: Sequence[str]) -> None:
    """Take a dismissal back: those of the images that look alike are listed together again."""
    from ..domain.ids import parse_image_id

    context.services.duplicates.undismiss([parse_image_id(text) for text in image_ids])


def _print(images: Sequence[Image]) -> None:
    for image in images:
        numbers = ", ".join(image.references.get("artnr", ()))
        size = f"{image.width}x{image.height}"
        texts = (image.id, size, numbers, image.title or image.filename)
        click.echo("  ".join(filter(None, texts)))


def _described(image: Image) -> dict[str, object]:
    return {
        "id": image.id,
        "title": image.title or image.filename,
        "width": image.width,
        "height": image.height,
        "bytes": image.length,
        "references": {key: list(values) for key, values in image.references.items()},
    }
