"""`huimages history`: show the changes of an image, and take them back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from .context import CliContext, pass_cli_context


@click.command("history", short_help="Show the changes of an image; take them back.")
@click.argument("image_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--take-back",
    "taken_back",
    metavar="CHANGE",
    multiple=True,
    help="ID of a change: its field gets the value from before.  Can be repeated.",
)
@pass_cli_context
def history(context: CliContext, image_id: str, as_json: bool, taken_back: Sequence[str]) -> None:
    """Show the changes of the image ID that are kept, the newest first.

    Each line has the ID of the change, time, author, field, and the values before and after.
    """
    from ..domain.ids import parse_image_id
    from ..services.histories import json_of_change

    image_id = parse_image_id(image_id)
    services = context.services if taken_back else context.reading_services
    for change_id in taken_back:
        services.histories.take_back(image_id, change_id)
    changes = list(reversed(services.histories.of(image_id)))
    if as_json:
        items = [
            {"id": change.id, "at": change.at.isoformat(), **json_of_change(change)}
            for change in changes
        ]
        click.echo(json.dumps(items, ensure_ascii=False, indent=2))
        return
    for change in changes:
        click.echo(
            f"{change.id}  {change.at:%Y-%m-%d %H:%M:%S}  {change.by or 'a visitor'}  "
            f"{change.field}: {_text(change.before)} → {_text(change.after)}"
            + (f"  (takes back {change.undoes})" if change.undoes else "")
        )


def _text(value: Any) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)
