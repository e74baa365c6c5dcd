"""Values of images in JSON and XML."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ...domain.models import AnnotationSummary
from ...domain.rights import FIELDS, Rights


def tags_of(summary: AnnotationSummary) -> list[str]:
    """Return the tags, most used first."""
    return sorted(summary.tags, key=lambda tag: (-summary.tags[tag], tag))


def rating_of(summary: AnnotationSummary) -> dict[str, Any]:
    """Return the ratings of all visitors; the average is null if there are none."""
    average = None if summary.rating is None else round(summary.rating, 2)
    return {"average": average, "count": summary.rating_count}


def rights_of(rights: Rights) -> dict[str, str | None]:
    """Return all fields of the rights; null for those that are not known."""
    return {name: rights.values.get(name) for name in FIELDS}


def time_text(moment: datetime) -> str:
    """Return a time in the format of RFC 3339, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
