"""The images whose rights end on certain days, earliest first."""

from __future__ import annotations

import sqlite3
from datetime import date

from ...domain.models import Count, Image, Page
from .. import cursors
from .codec import image_from_json

# The conditions on trashed and ends are those of the index.
_SELECT = """
    SELECT ends, key, document FROM images INDEXED BY images_ends
    WHERE trashed = 0 AND ends IS NOT NULL AND ends BETWEEN :first AND :last
    AND (ends, key) > (:ends, :key)
    ORDER BY ends, key LIMIT :limit
"""

_COUNT = """
    SELECT count(*) FROM (
        SELECT 1 FROM images INDEXED BY images_ends
        WHERE trashed = 0 AND ends IS NOT NULL AND ends BETWEEN ? AND ? LIMIT ?
    )
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


def count_endings(db: sqlite3.Connection, first: date, last: date, most: int) -> Count:
    """Return the number of these images, exact up to `most`."""
    (found,) = db.execute(_COUNT, [first.isoformat(), last.isoformat(), most + 1]).fetchone()
    return Count.up_to(most, found)
