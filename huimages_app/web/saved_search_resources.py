"""The parts of the URL tree below `/saved` and `/api/v1/searches`."""

from __future__ import annotations

from ..domain.searches import ID
from .resource import Named, Resource


class OneSavedSearch(Resource):
    """One saved search, by its ID."""

    def __init__(self, parent: Resource, name: str) -> None:
        super().__init__(parent, name)
        self.search_id = name


class SavedSearchPage(OneSavedSearch):
    """One saved search of the page."""


class ApiSavedSearch(OneSavedSearch):
    """One saved search in the API."""


class SavedSearches(Named):
    """The page of the saved searches."""

    pattern = ID
    child = SavedSearchPage


class ApiSavedSearches(Named):
    """The saved searches in the API."""

    pattern = ID
    child = ApiSavedSearch
