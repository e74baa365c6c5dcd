"""Functions of the library that find images, and what a backend has to provide for them."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..domain.filters import query_of
from ..domain.models import Count

Filters = Sequence[tuple[str, str]]  # names and values of `domain.filters`


@dataclass(frozen=True)
class Suggestion:
    """A search, as the filter `q`; `kind` is tag, article or title, `label` how people read it."""

    kind: str
    search: str
    label: str


class FindingBackend(ABC):
    """Lists of images of one site.  Methods raise BadInput for unusable filters."""

    @abstractmethod
    def find(self, filters: Filters, order: str) -> Iterator[str]:
        """Yield the IDs of the images that meet all filters; reads them page by page."""

    @abstractmethod
    def suggest(self, text: str) -> list[Suggestion]:
        """Return how a search that begins with a text may go on."""

    @abstractmethod
    def count(self, filters: Filters) -> Count:
        """Return their number, exact up to 1,000."""


class FindingFunctions:
    """The functions; `_backend` is the backend of the library."""

    _backend: FindingBackend

    def find_images(
        self, order: str = "newest", limit: int | None = None, **filters: str | Iterable[str]
    ) -> list[str]:
        """Return the IDs of the images that meet all filters, at most `limit`.

        Filters are those of the API: `find_images(tag=["sea", "sun"], shape="landscape")`.
        """
        given = pairs_of(filters)
        query_of(given, order)
        return list(itertools.islice(self._backend.find(given, order), limit))

    def count_images(self, **filters: str | Iterable[str]) -> Count:
        """Return the number of images that meet all filters.

        It has a `number` and `is_exact`; numbers up to 1,000 are exact.
        """
        given = pairs_of(filters)
        query_of(given)
        return self._backend.count(given)

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
