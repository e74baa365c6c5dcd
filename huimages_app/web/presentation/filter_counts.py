"""The numbers beside the values of filters."""

from __future__ import annotations

from dataclasses import replace

from pyramid.request import Request

from ...domain.facet_counts import VALUES, FacetCounts
from ...domain.filters import filter_of
from .image_lists import ImageList


def counts_of(image_list: ImageList, request: Request) -> FacetCounts:
    """Return how many images of a list have each value of its filters.

    Another value of a filter that can have one only would replace the one in force, so its
    numbers are those of the list without this filter.
    """
    chosen = {name for name, _ in image_list.filters}
    replaced = [name for name in VALUES if name in chosen and not filter_of(name).is_repeatable]
    counts = _counts(image_list, request)
    for name in replaced:
        filters = tuple(pair for pair in image_list.filters if pair[0] != name)
        others = _counts(replace(image_list, filters=filters), request)
        counts = {
            **{facet: count for facet, count in counts.items() if facet[0] != name},
            **{facet: count for facet, count in others.items() if facet[0] == name},
        }
    return counts


def _counts(image_list: ImageList, request: Request) -> FacetCounts:
    query = image_list.query(request.visitor_id)
    if query is None:
        return {}
    counts: FacetCounts = request.services.images.facet_counts(query)
    return counts
