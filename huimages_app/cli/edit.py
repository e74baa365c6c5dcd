"""`huimages edit`: change the same fields of many images, as a job that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ..domain.filters import chosen_query_of
from ..errors import BadInput
from .context import CliContext, pass_cli_context
from .filters import pairs_of, with_filters
from .job import follow

if TYPE_CHECKING:
    from ..services.image_edit import ImageEdit

VERBS = ("set", "add", "remove")


@click.command("edit", short_help="Change the same fields of many images.")
@click.argument("image_ids", metavar="[ID…]", nargs=-1)
@with_filters
@click.option("--all", "everything", is_flag=True, help="All images.")
@click.option("--set", multiple=True, metavar="FIELD=VALUE", help="Replace the values of a field.")
@click.option(
    "--add",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Add values; set a text where it is missing.",
)
@click.option(
    "--remove", multiple=True, metavar="FIELD[=VALUE]", help="Remove these values, or all."
)
@pass_cli_context
def edit(
    context: CliContext, image_ids: Sequence[str], everything: bool, **options: Sequence[str]
) -> int:
    """Change the images with these IDs, or all that meet the conditions.

    FIELD is title, alt, tags, types, references.KEY or rights.NAME; artnr is short for
    references.artnr.  Several values of a list are separated by commas.

    The work is a job: it goes on in the server if this command is stopped, and `huimages job
    undo` takes it back.
    """
    from ..domain.ids import parse_image_id
    from ..services.jobs.bulk_edit import NAME, order_of
    from ..services.uploads import PROGRAM

    change = _edit_of({verb: options.pop(verb) for verb in VERBS})
    conditions = pairs_of(options)
    if bool(image_ids) + bool(conditions) + everything != 1:
        raise BadInput("expected one of: IDs, conditions such as --tag, and --all")
    jobs = context.services.jobs
    if image_ids:
        items = [{"id": parse_image_id(one)} for one in dict.fromkeys(image_ids)]
        job = jobs.create(NAME, order_of(change, PROGRAM), items)
    else:
        job = jobs.create(NAME, order_of(change, PROGRAM, chosen_query_of(conditions)))
    return follow(context, job)


def _edit_of(options: dict[str, Sequence[str]]) -> ImageEdit:
    from ..services.image_edit import ImageEdit

    changes: dict[str, dict[str, list[str]]] = {}
    for verb, texts in options.items():
        for text in texts:
            name, equals, value = text.partition("=")
            if not equals and verb != "remove":
                raise BadInput(f"--{verb} is {text[:40]!r}; expected FIELD=VALUE")
            name = "references.artnr" if name == "artnr" else name
            if name in changes:
                raise BadInput(f"the field {name[:40]!r} is given twice; expected once")
            changes[name] = {verb: _values(name, value)}
    return ImageEdit.parse(changes)


def _values(name: str, text: str) -> list[str]:
    is_list = name in {"tags", "types"} or name.startswith("references.")
    values = text.split(",") if is_list else [text]
    return [value for value in map(str.strip, values) if value]
