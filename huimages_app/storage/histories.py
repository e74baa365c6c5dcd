"""Histories of images as JSON and back: the layout that all backends store.

[{"id": "…", "at": "2026-01-31T12:00:00+00:00", "field": "title", "from": "Quay", "to": "Pier", …}]

Members without a value are left out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..domain.history import Change, History


def history_to_json(history: History) -> list[dict[str, Any]]:
    """Return the changes, oldest first."""
    return [_to_json(change) for change in history]


def history_from_json(data: Any) -> History:
    """Return the valid changes in JSON of any kind."""
    items = data if isinstance(data, list) else []
    return tuple(change for item in items if (change := _from_json(item)))


def _to_json(change: Change) -> dict[str, Any]:
    fields = {
        "id": change.id,
        "at": change.at.astimezone(UTC).isoformat(),
        "field": change.field,
        "from": change.before,
        "to": change.after,
        "by": change.by,
        "job": change.job,
        "undoes": change.undoes,
        "visitors": list(change.visitors),
    }
    return {name: value for name, value in fields.items() if value}


def _from_json(item: Any) -> Change | None:
    try:
        return Change(
            id=str(item["id"]),
            at=datetime.fromisoformat(item["at"]).astimezone(UTC),
            field=str(item["field"]),
            before=item.get("from"),
            after=item.get("to"),
            by=str(item.get("by", "")),
            job=str(item.get("job", "")),
            undoes=str(item.get("undoes", "")),
            visitors=tuple(map(str, item.get("visitors", ()))),
        )
    except (TypeError, ValueError, KeyError, AttributeError):
        return None  # written by a newer program, or by hand
