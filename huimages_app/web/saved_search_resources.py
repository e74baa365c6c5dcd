"""The parts of the URL tree below `/saved` and `/api/v1/searches`."""

from __future__ import annotations

from typing import ClassVar

from ..domain.searches import ID
from .resource import Resource


class OneSavedSearch(Resource):
    """One saved search, by its ID."""

    def __init__(self, parent: Resource, name: str) -> None:
        super().__init__(parent, name)
        self.search_id = name


class SavedSearchPage(OneSavedSearch):
    """One saved search of the page."""


class ApiSavedSearch(OneSavedSearch):
    """One saved search in the API."""


class _SavedSearches(Resource):
    child: ClassVar[type[OneSavedSearch]]

    def __getitem__(self, name: str) -> Resource:
        if not ID.fullmatch(name):
            raise KeyError(name)
        return self.child(self, name)


class SavedSearches(_SavedSearches):
    """The page of the saved searches."""

    child = SavedSearchPage


class ApiSavedSearches(_SavedSearches):
    """The saved searches in the API."""

    child = ApiSavedSearch
