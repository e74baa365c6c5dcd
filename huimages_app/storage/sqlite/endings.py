"""The images whose rights end on certain days, earliest first."""

from __future__ import annotations

import sqlite3
from datetime import date

from ...domain.models import Image, Page
from .. import cursors
from .codec import image_from_json

# The conditions on trashed and ends are those of the index.
_SELECT = """
    SELECT ends, key, document FROM images INDEXED BY images_ends
    WHERE trashed = 0 AND ends IS NOT NULL AND ends BETWEEN :first AND :last
    AND (ends, key) > (:ends, :key)
    ORDER BY ends, key LIMIT :limit
"""


def read_endings(
    db: sqlite3.Connection, first: date, last: date, limit: int, cursor: str | None
) -> Page:
    """Return a page of the images whose last day is from `first` to `last`; raises BadCursor."""
    scope = ("endings", first.isoformat(), last.isoformat())
    ends, key = cursors.decode(scope, cursor) if cursor is not None else ("", 0)
    parameters = {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "ends": str(ends),
        "key": int(key),
        "limit": limit + 1,
    }
    rows = db.execute(_SELECT, parameters).fetchall()
    shown = rows[:limit]
    images: list[Image] = [image_from_json(document) for *_, document in shown]
    return Page(images, cursors.encode(scope, shown[-1][:2]) if len(rows) > limit else None)
