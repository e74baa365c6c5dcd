"""`huimages replace`, `turn` and `versions`: better pictures of the same thing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from .context import CliContext, pass_cli_context

if TYPE_CHECKING:
    from ..domain.models import Image


@click.command("replace", short_help="Replace a picture by a better one.")
@click.argument("image_id", metavar="ID")
@click.argument("file", type=click.File("rb"))
@pass_cli_context
def replace(context: CliContext, image_id: str, file: BinaryIO) -> None:
    """Replace the picture ID by the picture in FILE; print the ID of the new image.

    It takes over titles, alternative text, references, places in articles, types and rights, and a
    copy of all tags and favourites.  The old picture stays at its URL.
    """
    from ..domain.ids import parse_image_id

    versions = context.services.versions
    name = Path(file.name).name
    click.echo(versions.replace(parse_image_id(image_id), file, name).image.id)


@click.command("turn", short_help="Turn a picture without loss.")
@click.argument("image_id", metavar="ID")
@click.argument("degrees", type=click.Choice(["90", "180", "270"]))
@pass_cli_context
def turn(context: CliContext, image_id: str, degrees: str) -> None:
    """Turn the picture ID clockwise by DEGREES; print the ID of the new version.

    Only the EXIF orientation changes.  GIF, BMP, AVIF and HEIC have none, or none that can be
    changed.
    """
    from ..domain.ids import parse_image_id

    click.echo(context.services.versions.turn(parse_image_id(image_id), int(degrees)).id)


@click.command("versions", short_help="List the versions of a picture, or go back to one.")
@click.argument("image_id", metavar="ID")
@click.option("--back", is_flag=True, help="Make ID, an older version, the newest again.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_cli_context
def versions(context: CliContext, image_id: str, back: bool, as_json: bool) -> None:
    """List all versions of the picture ID, oldest first, the newest last."""
    from ..domain.ids import parse_image_id

    image_id = parse_image_id(image_id)
    services = context.services if back else context.reading_services
    if back:
        services.versions.go_back(image_id)
    found = services.versions.all(services.images.get_any(image_id))
    if as_json:
        click.echo(json.dumps([_data(image) for image in found], indent=2))
        return
    for image in found:
        marks = ["newest"] * (image == found[-1]) + ["in the trash"] * (image.trashed is not None)
        note = f"({', '.join(marks)})" if marks else ""
        shape = f"{image.width} x {image.height}"
        click.echo("  ".join(filter(None, [image.id, shape, image.filename, note])))


def _data(image: Image) -> dict[str, object]:
    return {
        "id": image.id,
        "replaced_by": image.replaced_by or None,
        "filename": image.filename,
        "width": image.width,
        "height": image.height,
        "trashed": image.trashed is not None,
    }
