"""Article numbers in alphabetical order, with the number of their images and the first one."""

from __future__ import annotations

import json
import sqlite3

from ...domain.models import ArticleSummary, Count
from .codec import dumps, image_from_json

_END = chr(0x10FFFF)  # sorts after every character of a number

# The conditions on kind and trashed are those of the index.
_LISTED = """
    kind = 'reference' AND lists.trashed = 0
    AND value COLLATE NOCASE >= :first AND value COLLATE NOCASE < :end
"""
_SELECT = f"""
    SELECT value, size, document
    FROM lists INDEXED BY lists_articles
    CROSS JOIN images ON images.key = (
        SELECT key FROM places WHERE list = lists.number ORDER BY at, key LIMIT 1
    )
    WHERE {_LISTED}
    AND (value COLLATE NOCASE, value) > (:after, :after)
    ORDER BY value COLLATE NOCASE, value LIMIT :limit
"""


def read_articles(
    db: sqlite3.Connection, key: str, prefix: str, after: str | None, limit: int
) -> list[ArticleSummary]:
    """Return the next `limit` articles after the number `after`; None begins at the start."""
    first = _beginning(key, prefix)
    parameters = {
        "first": first,
        "end": first + _END,
        "after": "" if after is None else dumps([key, after]),
        "limit": limit,
    }
    rows = db.execute(_SELECT, parameters).fetchall()
    return [
        ArticleSummary(json.loads(value)[1], size, image_from_json(document))
        for value, size, document in rows
    ]


def count_articles(db: sqlite3.Connection, key: str, prefix: str, most: int) -> Count:
    """Return the number of articles, exact up to `most`; reads the index only."""
    first = _beginning(key, prefix)
    (number,) = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM lists INDEXED BY lists_articles"
        f" WHERE {_LISTED} LIMIT :limit)",
        {"first": first, "end": first + _END, "limit": most + 1},
    ).fetchone()
    return Count.up_to(most, number)


def read_reference_keys(db: sqlite3.Connection, limit: int) -> list[str]:
    """Return the keys of references, ascending; one look into the index for each."""
    keys: list[str] = []
    after = ""
    while len(keys) < limit:
        row = db.execute(
            "SELECT value FROM lists WHERE kind = 'reference' AND value > ? AND trashed = 0"
            " ORDER BY value LIMIT 1",
            [after],
        ).fetchone()
        if row is None:
            break
        key = json.loads(row[0])[0]
        keys.append(key)
        # "-" follows the comma between key and value in ASCII.
        after = dumps([key])[:-1] + "-"
    return keys


def _beginning(key: str, prefix: str) -> str:
    """Return the common prefix of the names of postings of these references."""
    return dumps([key, prefix])[: -len('"]')]
