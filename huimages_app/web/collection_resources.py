"""The parts of the URL tree below `/collection` and `/api/v1/collections`."""

from __future__ import annotations

from typing import ClassVar

from ..domain.collections import ID
from .resource import Resource


class OneCollection(Resource):
    """One collection, by its ID."""

    def __init__(self, parent: Resource, name: str) -> None:
        super().__init__(parent, name)
        self.collection_id = name


class CollectionPage(OneCollection):
    """The page of one collection."""


class ApiCollection(OneCollection):
    """One collection in the API."""


class _Collections(Resource):
    child: ClassVar[type[OneCollection]]

    def __getitem__(self, name: str) -> Resource:
        if not ID.fullmatch(name):
            raise KeyError(name)
        return self.child(self, name)


class Collections(_Collections):
    """The page of all collections."""

    child = CollectionPage


class ApiCollections(_Collections):
    """All collections in the API."""

    child = ApiCollection
