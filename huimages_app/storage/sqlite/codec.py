"""An image and what is said about it, as JSON and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ...domain.models import Image, Mark, Summary

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

dumps: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def micros(time: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def image_to_json(image: Image) -> str:
    return dumps(
        {
            "id": image.id,
            "created": _time(image.created),
            "modified": _time(image.modified),
            "width": image.width,
            "height": image.height,
            "titles": image.titles,
            "alt": image.alt,
            "references": {key: tuple(values) for key, values in image.references.items()},
            "types": image.types,
            "filename": image.filename,
            "length": image.length,
            "contenttype": image.contenttype,
            "sha256": image.sha256,
            "focus": image.focus,
            "placeholder": image.placeholder,
            "trashed": image.trashed and _time(image.trashed),
        }
    )


def image_from_json(document: str) -> Image:
    fields = json.loads(document)
    return Image(
        **fields
        | {
            "created": datetime.fromisoformat(fields["created"]),
            "modified": datetime.fromisoformat(fields["modified"]),
            "titles": tuple(fields["titles"]),
            "references": {key: tuple(values) for key, values in fields["references"].items()},
            "types": tuple(fields["types"]),
            "focus": fields["focus"] and tuple(fields["focus"]),
            "trashed": fields["trashed"] and datetime.fromisoformat(fields["trashed"]),
        }
    )


def summary_to_json(summary: Summary) -> str:
    return dumps([dict(summary.tags), summary.rating_sum, summary.rating_count, summary.favorites])


def summary_from_json(document: str) -> Summary:
    return Summary(*json.loads(document))


def mark_from_row(tags: str, favorite: int, rating: int | None) -> Mark:
    return Mark(tuple(json.loads(tags)), bool(favorite), rating)


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat()
