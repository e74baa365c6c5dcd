"""`huimages content-box`: show or correct what is within the even borders of an image."""

from __future__ import annotations

import click

from ..errors import BadInput
from .context import CliContext, pass_cli_context


@click.command("content-box", short_help="Show or correct the content box of an image.")
@click.argument("image_id", metavar="ID")
@click.argument("sides", metavar="[LEFT TOP RIGHT BOTTOM]", nargs=-1, type=float)
@click.option("--reset", is_flag=True, help="Use the measured box again.")
@pass_cli_context
def content_box(context: CliContext, image_id: str, sides: tuple[float, ...], reset: bool) -> None:
    """Print the content box of the image ID, which sizes such as 600x600=7 show.

    With four sides, in percent of the upright picture, correct it first.
    """
    from ..domain.ids import parse_image_id
    from ..services.image_patch import ImagePatch

    if sides and (reset or len(sides) != 4):
        raise BadInput(f"{len(sides)} sides given; expected 4: LEFT TOP RIGHT BOTTOM, or --reset")
    image_id = parse_image_id(image_id)
    if sides or reset:
        left, top, right, bottom = (side / 100 for side in sides or (0, 0, 100, 100))
        box = None if reset else (left, top, right, bottom)
        image = context.services.editing.update(image_id, ImagePatch(corrected_content=box))
    else:
        image = context.reading_services.images.get(image_id)
    box = image.corrected_content or image.content
    if box is None:
        click.echo("not measured yet: run 'huimages check --repair'")
        return
    origin = "corrected" if image.corrected_content else "measured"
    click.echo(f"{' '.join(f'{side * 100:.6g}' for side in box)} ({origin})")
