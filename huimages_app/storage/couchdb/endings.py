"""The images whose rights end on certain days, earliest first."""

from __future__ import annotations

from datetime import date

from ...domain.models import Count, Page
from .. import cursors
from .codec import image_of
from .database import Database


def read_endings(images: Database, first: date, last: date, limit: int, cursor: str | None) -> Page:
    """Return a page of the images whose last day is from `first` to `last`; raises BadCursor."""
    scope = ("couchdb", "endings", first.isoformat(), last.isoformat())
    # The cursor is the key of the first row of the page.
    start = [first.isoformat()] if cursor is None else cursors.decode(scope, cursor)
    rows = images.rows(
        "by_end",
        startkey=[False, *start],
        endkey=[False, last.isoformat(), {}],
        limit=limit + 1,
        include_docs=True,
    )
    found = [image_of(document) for row in rows[:limit] if (document := row["doc"])]
    following = cursors.encode(scope, rows[limit]["key"][1:]) if len(rows) > limit else None
    return Page(found, following)


def count_endings(images: Database, first: date, last: date, most: int) -> Count:
    """Return the number of these images, exact up to `most`."""
    rows = images.rows(
        "by_end",
        startkey=[False, first.isoformat()],
        endkey=[False, last.isoformat(), {}],
        limit=most + 1,
    )
    return Count.up_to(most, len(rows))
