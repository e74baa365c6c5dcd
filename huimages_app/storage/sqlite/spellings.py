"""Spellings of tags in SQLite: of each annotation, and the ones to show."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from ...domain.spellings import shown_spelling
from .codec import dumps

# JSON object of the spellings of one annotation, for a query on `marks`.
OF_ANNOTATION = (
    "(SELECT json_group_object(tag, spelling) FROM spellings AS s"
    " WHERE s.id = marks.id AND s.visitor = marks.visitor)"
)


def write(
    db: sqlite3.Connection, image_id: str, visitor_id: str, spellings: Mapping[str, str]
) -> None:
    """Replace the spellings of an annotation."""
    db.execute("DELETE FROM spellings WHERE id = ? AND visitor = ?", [image_id, visitor_id])
    db.executemany(
        "INSERT INTO spellings VALUES (?, ?, ?, ?)",
        [(image_id, visitor_id, tag, spelling) for tag, spelling in spellings.items()],
    )


def of_images(
    db: sqlite3.Connection, image_ids: Iterable[str]
) -> dict[str, dict[str, dict[str, int]]]:
    """Return image ID → tag → spelling → number of visitors."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for image_id, tag, spelling, uses in db.execute(
        "SELECT id, tag, spelling, count(*) FROM spellings"
        " WHERE id IN (SELECT value FROM json_each(?)) GROUP BY id, tag, spelling",
        [dumps(list(image_ids))],
    ):
        found.setdefault(image_id, {}).setdefault(tag, {})[spelling] = uses
    return found


def of_tags(db: sqlite3.Connection, tags: Iterable[str]) -> dict[str, str]:
    """Return the spellings of those tags that are not shown in lower case."""
    typed: dict[str, dict[str, int]] = {}
    totals: dict[str, int] = {}
    for tag, total, spelling, uses in db.execute(
        "SELECT tag, tags.uses, spelling, tag_spellings.uses"
        " FROM tag_spellings JOIN tags USING (tag)"
        " WHERE tag IN (SELECT value FROM json_each(?))",
        [dumps(list(tags))],
    ):
        typed.setdefault(tag, {})[spelling] = uses
        totals[tag] = total
    shown = {tag: shown_spelling(tag, totals[tag], counts) for tag, counts in typed.items()}
    return {tag: spelling for tag, spelling in shown.items() if spelling != tag}
