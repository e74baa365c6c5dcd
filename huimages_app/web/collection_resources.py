"""The parts of the URL tree below `/collection` and `/api/v1/collections`."""

from __future__ import annotations

from ..domain.collections import ID
from .resource import Named, Resource


class OneCollection(Resource):
    """One collection, by its ID."""

    def __init__(self, parent: Resource, name: str) -> None:
        super().__init__(parent, name)
        self.collection_id = name


class CollectionPage(OneCollection):
    """The page of one collection."""


class ApiCollection(OneCollection):
    """One collection in the API."""


class Collections(Named):
    """The page of all collections."""

    pattern = ID
    child = CollectionPage


class ApiCollections(Named):
    """All collections in the API."""

    pattern = ID
    child = ApiCollection
