"""Saved searches of the backend that works on the storage directly."""

from __future__ import annotations

from ..domain.searches import Search
from .process import services_of_process
from .saved_searches import SavedSearchBackend, SavedSearchInfo


class LocalSavedSearches(SavedSearchBackend):
    """Uses the services of this process."""

    def saved_searches(self) -> list[SavedSearchInfo]:
        return [
            SavedSearchInfo(one.id, one.name, one.search.values, one.search.order or "newest")
            for one in services_of_process().saved_searches.all()
        ]

    def save_search(self, name: str, search: Search) -> str:
        return services_of_process().saved_searches.add(name, search).id

    def rename_saved_search(self, search_id: str, name: str) -> None:
        from ..services.saved_searches import SavedSearchPatch

        services_of_process().saved_searches.update(search_id, SavedSearchPatch(name))

    def remove_saved_search(self, search_id: str) -> None:
        services_of_process().saved_searches.remove(search_id)
