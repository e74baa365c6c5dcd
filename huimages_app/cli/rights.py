"""`huimages rights`: show and change the rights of an image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from ..domain.rights import FIELDS
from .context import CliContext, pass_cli_context

_HELP = {
    "creator": "Who made the picture.",
    "credit": "Line to print beside the picture.",
    "copyright": "Copyright notice.",
    "terms": "Usage terms, in words.",
    "statement": "URL of the licence.",
    "licensor": "Name of the licensor, or URL where a licence can be had.",
    "from": "First day on which the image may be shown, as in 2026-01-31.",
    "until": "Last day on which the image may be shown, as in 2026-12-31.",
    "source_type": "How the picture came about: a code of IPTC, such as digitalCapture.",
}


def _field_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for name in reversed(FIELDS):
        option = f"--{name.replace('_', '-')}"
        command = click.option(option, name, metavar="TEXT", help=_HELP[name])(command)
    return command


@click.command("rights", short_help="Show or change the rights of an image.")
@click.argument("image_id", metavar="ID")
@_field_options
@pass_cli_context
def rights(context: CliContext, image_id: str, **fields: str | None) -> None:
    """Show the rights of the image ID; change those that are given.

    An empty text removes a field: --credit "".
    """
    from ..domain.ids import parse_image_id
    from ..services.image_patch import ImagePatch

    image_id = parse_image_id(image_id)
    given = {name: text for name, text in fields.items() if text is not None}
    if given:
        image = context.services.editing.update(image_id, ImagePatch(rights=given))
    else:
        image = context.reading_services.images.get(image_id)
    for name, text in image.rights.values.items():
        click.echo(f"{name:{max(map(len, FIELDS))}}  {text}")
