"""The number of images of a query by the values of filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ...domain.facet_counts import FacetCounts, counts_by_rating, facet_counts, ratings_up_to
from ...domain.facets import Facet, facets_of
from .conditions import Record, average_of
from .database import Database

_RANGES = (("format", "shape"), ("without", "without"))  # of the kinds, in their order


def count_facets(
    records: Sequence[Record], visitors: Database, *, is_complete: bool
) -> FacetCounts:
    """Return the numbers of these images; one request for the tags of those that may have none."""
    # Older programs do not write `tagged`.
    undecided = [one.image.id for one in records if one.document.get("tagged") is not True]
    annotations = visitors.values_by_key("by_image", undecided)
    tagged = {
        image_id for image_id, rows in annotations.items() if any(row["tags"] for row in rows)
    }

    numbers: Counter[Facet] = Counter()
    for one in records:
        is_tagged = one.document.get("tagged") is True or one.image.id in tagged
        numbers.update(facets_of(one.image, is_tagged=is_tagged))
        numbers.update(ratings_up_to(average_of(one.document)))
    return facet_counts(numbers, is_complete=is_complete)


def count_facets_of_all(images: Database, most: int, trashed: bool) -> FacetCounts:
    """Return the numbers of all images: reduced values, and ratings up to `most`."""
    sizes: dict[Facet, int] = {}
    for first, last in _RANGES:
        rows = images.rows(
            "by_facet", startkey=[trashed, first], endkey=[trashed, last, {}], group_level=3
        )
        sizes |= {(row["key"][1], row["key"][2]): row["value"] for row in rows}
    rated = images.rows(
        "by_rating", startkey=[trashed, {}], endkey=[trashed], descending=True, limit=most + 1
    )
    ratings = counts_by_rating((row["key"][1] for row in rated), most)
    return {**facet_counts(sizes, is_complete=True), **ratings}
