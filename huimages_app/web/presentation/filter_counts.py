"""The numbers beside the values of filters."""

from __future__ import annotations

from dataclasses import replace

from pyramid.request import Request

from ...domain.facet_counts import FacetCounts
from ...domain.filters import Filters
from ...domain.models import Query
from .image_lists import ImageList


def counts_of(image_list: ImageList, request: Request) -> FacetCounts:
    """Return how many images of a list have each value of its filters."""

    def query_of(filters: Filters) -> Query | None:
        return replace(image_list, filters=tuple(filters)).query(request.visitor_id)

    counts: FacetCounts = request.services.images.facet_counts(image_list.filters, query_of)
    return counts
