"""Numbers of images of a list with each value of a filter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from .facets import MISSING, ORIGINAL_FORMATS, SHAPES, Facet
from .filters import Filters, filter_of
from .models import Count

RATING: Final = "rating"
RATINGS: Final = ("2", "4", "6", "8", "10")  # minimum averages that lists are filtered by
# The values that are counted, by the name of the filter.
VALUES: Final = {"shape": SHAPES, "format": ORIGINAL_FORMATS, "without": MISSING, RATING: RATINGS}

FacetCounts = Mapping[Facet, Count]  # values whose number is not known are missing


def facet_counts(numbers: Mapping[Facet, int], *, is_complete: bool) -> FacetCounts:
    """Return the counts of all values; `numbers` are those of a whole list, or of its beginning.

    Of the beginning of a list they are lower bounds, and a value that does not occur may occur
    later.
    """
    counts = {}
    for kind, values in VALUES.items():
        for value in values:
            number = numbers.get((kind, value), 0)
            if number or is_complete:
                counts[kind, value] = Count(number, is_exact=is_complete)
    return counts


def replaceable(filters: Filters) -> Iterator[tuple[str, Filters]]:
    """Yield each counted filter in force that is not repeatable, and the filters without it."""
    given = {name for name, _ in filters}
    for name in VALUES:
        if name in given and not filter_of(name).is_repeatable:
            yield name, tuple(pair for pair in filters if pair[0] != name)


def with_counts_of(name: str, others: FacetCounts, counts: FacetCounts) -> FacetCounts:
    """Return counts with those of one filter taken from others, in the order of VALUES."""
    facets = [(kind, value) for kind, values in VALUES.items() for value in values]
    sources = [(facet, others if facet[0] == name else counts) for facet in facets]
    return {facet: source[facet] for facet, source in sources if facet in source}


def counts_as_json(counts: FacetCounts) -> list[dict[str, Any]]:
    """Return the counts as items of a JSON list."""
    return [
        {"filter": name, "value": value, "count": one.number, "count_is_exact": one.is_exact}
        for (name, value), one in counts.items()
    ]


def ratings_up_to(average: float) -> list[Facet]:
    """Return the values of the filter that an image with this average meets."""
    return [(RATING, least) for least in RATINGS if average >= float(least)]


def counts_by_rating(averages: Iterable[float], most: int) -> FacetCounts:
    """Return the counts by rating; `averages` are the highest, one more than `most` at most."""
    highest = list(averages)
    counts = {}
    for least in RATINGS:
        number = sum(1 for average in highest if average >= float(least))
        counts[RATING, least] = Count.up_to(most, number)
    return counts
