"""The number of images of a query by the values of filters."""

from __future__ import annotations

import sqlite3
from collections import Counter

from ...domain.facet_counts import (
    RATING,
    VALUES,
    FacetCounts,
    counts_by_rating,
    facet_counts,
    ratings_up_to,
)
from ...domain.facets import Facet
from .codec import dumps
from .query_plan import QueryPlan, placeholders

_KINDS = [kind for kind in VALUES if kind != RATING]
_LISTS = f"kind IN ({placeholders(_KINDS)}) AND trashed = ?"


def count_facets(db: sqlite3.Connection, plan: QueryPlan, most: int, trashed: bool) -> FacetCounts:
    """Return the numbers of the first `most` images of a plan; exact if it has no more."""
    keys, averages, is_all = plan.keys(db, most)
    # Two dozen lists, in each of which every key is looked up.
    rows = db.execute(
        "SELECT kind, lists.value, count(*) FROM lists CROSS JOIN json_each(?) AS found"
        " CROSS JOIN members ON members.list = lists.number AND members.key = found.value"
        f" WHERE {_LISTS} GROUP BY lists.number",
        [dumps(keys), *_KINDS, trashed],
    ).fetchall()
    numbers: Counter[Facet] = Counter({(kind, value): number for kind, value, number in rows})
    for average in averages:
        numbers.update(ratings_up_to(average))
    return facet_counts(numbers, is_complete=is_all)


def count_facets_of_all(db: sqlite3.Connection, most: int, trashed: bool) -> FacetCounts:
    """Return the numbers of all images: the lengths of lists, and ratings up to `most`."""
    rows = db.execute(
        f"SELECT kind, value, size FROM lists WHERE {_LISTS}", [*_KINDS, trashed]
    ).fetchall()
    sizes = {(kind, value): size for kind, value, size in rows}
    averages = db.execute(
        "SELECT average FROM images INDEXED BY images_rated"
        " WHERE trashed = ? AND average IS NOT NULL ORDER BY average DESC LIMIT ?",
        [trashed, most + 1],
    )
    ratings = counts_by_rating((average for (average,) in averages), most)
    return {**facet_counts(sizes, is_complete=True), **ratings}
