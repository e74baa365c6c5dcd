"""Functions of the library for saved searches, and what a backend has to provide for them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from ..domain.searches import Search
from .finding import pairs_of


@dataclass(frozen=True)
class SavedSearchInfo:
    """A saved search: `find_images(one.order, **one.filters)` finds its images."""

    id: str
    name: str
    filters: dict[str, list[str]]
    order: str


class SavedSearchBackend(ABC):
    """The saved searches for everyone of one site."""

    @abstractmethod
    def saved_searches(self) -> list[SavedSearchInfo]:
        """Return all of them, by name."""

    @abstractmethod
    def save_search(self, name: str, search: Search) -> str:
        """Save a search; return its ID.  Raises BadInput."""

    @abstractmethod
    def rename_saved_search(self, search_id: str, name: str) -> None:
        """Change the name; raises UnknownSavedSearch, BadInput."""

    @abstractmethod
    def remove_saved_search(self, search_id: str) -> None:
        """Remove a saved search; raises UnknownSavedSearch."""


class SavedSearchFunctions:
    """The functions; `_backend` is the backend of the library."""

    _backend: SavedSearchBackend

    def get_saved_searches(self) -> list[SavedSearchInfo]:
        """Return the saved searches for everyone, by name.

        Each has `id`, `name`, `filters` and `order`.
        """
        return self._backend.saved_searches()

    def save_search(self, name: str, order: str = "newest", **filters: str | Iterable[str]) -> str:
        """Save filters and an order for everyone; return the ID.

        Filters are those of `find_images`.
        """
        return self._backend.save_search(name, Search.of(pairs_of(filters), order))

    def rename_saved_search(self, search_id: str, name: str) -> None:
        """Change the name of a saved search."""
        self._backend.rename_saved_search(search_id, name)

    def remove_saved_search(self, search_id: str) -> None:
        """Remove a saved search."""
        self._backend.remove_saved_search(search_id)
