"""`huimages show`: the metadata of one image."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from .context import CliContext, pass_cli_context
from .output import plural

if TYPE_CHECKING:
    from ..domain.models import AnnotationSummary, Image


@click.command("show", short_help="Show the metadata of an image.")
@click.argument("image_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with ratings from 0 to 10.")
@pass_cli_context
def show(context: CliContext, image_id: str, as_json: bool) -> None:
    """Show the metadata of the image ID."""
    from ..domain.ids import parse_image_id

    services = context.reading_services
    image = services.images.get_any(parse_image_id(image_id))
    fields = _fields(image, services.annotations.summary(image.id))
    if as_json:
        click.echo(json.dumps(fields, default=_json, ensure_ascii=False, indent=2))
        return
    for name, text in _lines(fields):
        click.echo(f"{name:{max(map(len, fields))}}  {text}")


def _fields(image: Image, summary: AnnotationSummary) -> dict[str, Any]:
    """The metadata and the annotations, by their names for users."""
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
        "uploaded": image.uploaded,
        "uploader": image.uploader,
        "trashed": image.trashed,
        "replaced by": image.replaced_by,
        "older versions": image.versions,
        "references": dict(image.references),
        "types": image.types,
        "focus": image.focus,
        "placeholder": image.placeholder,
        "thumbhash": image.thumbhash,
        "taken": image.taken,
        "camera": image.camera,
        "rights": image.rights.values,
        "content": image.content,
        "corrected content": image.corrected_content,
        "backdrop": image.backdrop,
        "tags": {summary.spelling(tag): uses for tag, uses in summary.tags.items()},
        "rating": summary.rating,
        "ratings": summary.rating_count,
        "favorites": summary.favorites,
    }


def _lines(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values for people; empty values are left out."""
    shown = dict(fields)
    votes = shown.pop("ratings")
    # Ratings are stored from 0 to 10, and shown to people as 0 to 5 stars.
    if votes:
        shown["rating"] = f"{shown['rating'] / 2:.1f} of 5 ({plural(votes, 'vote')})"
    lines = [(name, _text(value)) for name, value in shown.items()]
    return [(name, text) for name, text in lines if text]


def _text(value: object) -> str:
    """A value as one line; empty for none."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} ({_text(each)})" for key, each in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{value:,}" if isinstance(value, int) else str(value)


def _json(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
