"""Functions of the library for collections, and what a backend has to provide for them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.ids import parse_image_id
from ..domain.models import Count


@dataclass(frozen=True)
class CollectionInfo:
    """A collection: its ID, title and text, and the number of its images."""

    id: str
    title: str
    description: str
    count: int


class CollectionBackend(ABC):
    """Collections of one site.

    Methods with the ID of a collection raise UnknownCollection.
    """

    @abstractmethod
    def collections(self) -> list[CollectionInfo]:
        """Return all collections, by title."""

    @abstractmethod
    def count_collections(self) -> Count:
        """Return their number."""

    @abstractmethod
    def collection_images(self, collection_id: str) -> list[str]:
        """Return the IDs of the images in order."""

    @abstractmethod
    def add_collection(self, title: str, description: str) -> str:
        """Make an empty collection; return its ID.  Raises BadInput."""

    @abstractmethod
    def remove_collection(self, collection_id: str) -> None:
        """Remove a collection; its images stay."""

    @abstractmethod
    def add_to_collection(self, collection_id: str, image_ids: Sequence[str]) -> list[str]:
        """Put images at the end; return the IDs of the new ones.  Raises BadInput."""

    @abstractmethod
    def remove_from_collection(self, collection_id: str, image_ids: Sequence[str]) -> list[str]:
        """Take images out; return the IDs of those that were in it.  Raises BadInput."""

    @abstractmethod
    def move_in_collection(
        self, collection_id: str, image_id: str, before: str, after: str
    ) -> None:
        """Move an image; raises BadInput, EditConflict."""


class CollectionFunctions:
    """The functions; `_backend` is the backend of the library."""

    _backend: CollectionBackend

    def get_collections(self) -> list[CollectionInfo]:
        """Return all collections, by title."""
        return self._backend.collections()

    def count_collections(self) -> Count:
        """Return the number of collections, with `number` and `is_exact`."""
        return self._backend.count_collections()

    def get_collection(self, collection_id: str) -> list[str]:
        """Return the IDs of the images of a collection, in order."""
        return self._backend.collection_images(collection_id)

    def add_collection(self, title: str, description: str = "") -> str:
        """Make an empty collection; return its ID."""
        return self._backend.add_collection(title, description)

    def remove_collection(self, collection_id: str) -> None:
        """Remove a collection; its images stay."""
        self._backend.remove_collection(collection_id)

    def add_to_collection(self, collection_id: str, imageids: Sequence[str]) -> list[str]:
        """Put images at the end of a collection; return the IDs of those that are new in it."""
        parsed = [parse_image_id(imageid) for imageid in imageids]
        return self._backend.add_to_collection(collection_id, parsed)

    def remove_from_collection(self, collection_id: str, imageids: Sequence[str]) -> list[str]:
        """Take images out of a collection; return the IDs of those that were in it."""
        parsed = [parse_image_id(imageid) for imageid in imageids]
        return self._backend.remove_from_collection(collection_id, parsed)

    def move_in_collection(
        self, collection_id: str, imageid: str, *, before: str = "", after: str = ""
    ) -> None:
        """Put an image directly before or after another one, or at the end without both."""
        before, after = (parse_image_id(other) if other else "" for other in (before, after))
        self._backend.move_in_collection(collection_id, parse_image_id(imageid), before, after)
