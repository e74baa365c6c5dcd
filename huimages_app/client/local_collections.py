"""Collections of the backend that works on the storage directly."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.models import Count
from .collections import CollectionBackend, CollectionInfo
from .process import services_of_process


class LocalCollections(CollectionBackend):
    """Uses the services of this process."""

    def collections(self) -> list[CollectionInfo]:
        collections = services_of_process().collections
        sizes = collections.sizes()
        return [
            CollectionInfo(one.id, one.title, one.description, sizes.get(one.id, 0))
            for one in collections.all()
        ]

    def count_collections(self) -> Count:
        return Count(len(services_of_process().collections.all()))

    def collection_images(self, collection_id: str) -> list[str]:
        collections = services_of_process().collections
        collections.get(collection_id)
        return [image.id for image in collections.images(collection_id)]

    def add_collection(self, title: str, description: str) -> str:
        return services_of_process().collections.add(title, description).id

    def remove_collection(self, collection_id: str) -> None:
        services_of_process().collections.remove(collection_id)

    def add_to_collection(self, collection_id: str, image_ids: Sequence[str]) -> list[str]:
        return services_of_process().collection_images.add_images(collection_id, image_ids)

    def remove_from_collection(self, collection_id: str, image_ids: Sequence[str]) -> list[str]:
        return services_of_process().collection_images.remove_images(collection_id, image_ids)

    def move_in_collection(
        self, collection_id: str, image_id: str, before: str, after: str
    ) -> None:
        images = services_of_process().collection_images
        images.move(collection_id, image_id, before=before, after=after)
