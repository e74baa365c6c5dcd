"""Lists of images of the backend that works on the storage directly."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain.facet_counts import FacetCounts
from ..domain.filters import Filters, query_of
from ..domain.models import Count, Page
from ..domain.months import Month
from ..domain.periods import Period
from ..services.paging import all_pages
from .finding import FindingBackend, Suggestion
from .process import services_of_process

_PAGE = 200  # images read at once


class LocalFinding(FindingBackend):
    """Uses the services of this process."""

    def find(self, filters: Filters, order: str, at: str) -> Iterator[str]:
        query, period = query_of(filters, order), Period.parse(at)

        def read(cursor: str | None) -> Page:
            # Each time the services of the process, which may have forked since the last page.
            return services_of_process().images.page(query, _PAGE, cursor, period)

        for page in all_pages(read):
            yield from (image.id for image in page.images)

    def suggest(self, text: str) -> list[Suggestion]:
        found = services_of_process().suggestions.of(text)
        return [Suggestion(one.kind, one.search, one.label) for one in found]

    def count(self, filters: Filters) -> Count:
        return services_of_process().images.count_of(query_of(filters))

    def facet_counts(self, filters: Filters) -> FacetCounts:
        return services_of_process().images.facet_counts(filters, query_of)

    def months(self, filters: Filters, order: str) -> list[Month]:
        return list(services_of_process().images.months(query_of(filters, order)))
