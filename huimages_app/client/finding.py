"""Functions of the library that find images, and what a backend has to provide for them."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..domain.facet_counts import FacetCounts
from ..domain.filters import Filters, query_of
from ..domain.models import Count
from ..domain.months import Month


@dataclass(frozen=True)
class Suggestion:
    """A search, as the filter `q`; `kind` is tag, article or title, `label` how people read it."""

    kind: str
    search: str
    label: str


class FindingBackend(ABC):
    """Lists of images of one site.  Methods raise BadInput for unusable filters."""

    @abstractmethod
    def find(self, filters: Filters, order: str, at: str) -> Iterator[str]:
        """Yield the IDs of the images that meet all filters; reads them page by page.

        `at` is a period from which on they are read; empty: all.
        """

    @abstractmethod
    def suggest(self, text: str) -> list[Suggestion]:
        """Return how a search that begins with a text may go on."""

    @abstractmethod
    def count(self, filters: Filters) -> Count:
        """Return their number, exact up to 1,000."""

    @abstractmethod
    def facet_counts(self, filters: Filters) -> FacetCounts:
        """Return how many of them have each value of the filters with few values."""

    @abstractmethod
    def months(self, filters: Filters, order: str) -> list[Month]:
        """Return the months of these images, in their order."""


class FindingFunctions:
    """The functions; `_backend` is the backend of the library."""

    _backend: FindingBackend

    def find_images(
        self,
        order: str = "newest",
        limit: int | None = None,
        *,
        at: str = "",
        **filters: str | Iterable[str],
    ) -> list[str]:
        """Return the IDs of the images that meet all filters, at most `limit`.

        Filters are those of the API: `find_images(tag=["sea", "sun"], shape="landscape")`.  A list
        by time can be entered `at` a day, a month or a year, as in `at="2024-05"`.
        """
        given = pairs_of(filters)
        query_of(given, order)
        return list(itertools.islice(self._backend.find(given, order, at), limit))

    def count_images(self, **filters: str | Iterable[str]) -> Count:
        """Return the number of images that meet all filters.

        It has a `number` and `is_exact`; numbers up to 1,000 are exact.
        """
        given = pairs_of(filters)
        query_of(given)
        return self._backend.count(given)

    def count_facets(self, **filters: str | Iterable[str]) -> FacetCounts:
        """Return how many of the images that meet all filters have each value of other filters.

        The keys are pairs of filter and value: `count_facets(tag="sea")["shape", "square"]` has a
        `number` and `is_exact`.  The filters are shape, format, without and rating; if one of them
        is given that can have one value only, its numbers are those without it.  Of more than
        1,000 images the first ones are counted, and a value that none of them has is missing.
        """
        given = pairs_of(filters)
        query_of(given)
        return self._backend.facet_counts(given)

    def get_months(self, order: str = "newest", **filters: str | Iterable[str]) -> list[Month]:
        """Return the months in which images that meet all filters were added, or taken.

        They are in the `order`: newest, oldest or taken.  Each has `year` and `month`, and its text
        is that for `find_images(at=...)`.  For a list of more than 1,000 images with several
        conditions they are the months of all images.
        """
        given = pairs_of(filters)
        query_of(given, order)
        return self._backend.months(given, order)

    def suggest_searches(self, text: str) -> list[Suggestion]:
        """Return how a search that begins with a text may go on: tags, articles, titles.

        Each has `kind`, `search` for `find_images(q=search)`, and `label`.
        """
        return self._backend.suggest(text)


def pairs_of(filters: Mapping[str, str | Iterable[str]]) -> Filters:
    """Return names and values of filters, of which each may have several values."""
    return [
        (name, value)
        for name, values in filters.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
