"""`huimages delete`: move images to the trash, or remove them."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ..errors import UnknownImage
from .context import CliContext, pass_cli_context, warn
from .options import confirmed, yes_option
from .output import plural


@click.command("delete")
@click.argument("image_ids", metavar="ID…", nargs=-1, required=True)
@click.option("--purge", is_flag=True, help="Remove the images for good, not to the trash.")
@yes_option
@pass_cli_context
def delete(context: CliContext, image_ids: Sequence[str], purge: bool, yes: bool) -> int:
    """Move images to the trash, or remove them for good."""
    from ..domain.ids import parse_image_id

    ids = [parse_image_id(image_id) for image_id in image_ids]
    if purge and not confirmed(f"Remove {plural(len(ids), 'image')} for good?", yes):
        return 1
    editing = context.services.editing
    act = editing.remove if purge else editing.trash
    failed = False
    for image_id in ids:
        try:
            act(image_id)
        except UnknownImage as error:
            failed = True
            warn(str(error))
    return int(failed)
