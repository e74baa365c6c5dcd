"""Collections of the backend that uses the API of a site over HTTP."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from urllib.parse import quote

from ..client.collections import CollectionBackend, CollectionInfo
from ..domain.models import Count
from .transport import Transport


class HttpCollections(CollectionBackend):
    """Uses `/api/v1/collections`."""

    @property
    @abstractmethod
    def transport(self) -> Transport:
        """The API of the site."""

    def collections(self) -> list[CollectionInfo]:
        return [
            CollectionInfo(item["id"], item["title"], item["description"] or "", int(item["count"]))
            for page in self.transport.pages("/collections")
            for item in page["items"]
        ]

    def count_collections(self) -> Count:
        return self.transport.count("/collections")

    def collection_images(self, collection_id: str) -> list[str]:
        pages = self.transport.pages(_path(collection_id))
        return [str(image["id"]) for page in pages for image in page["images"]]

    def add_collection(self, title: str, description: str) -> str:
        body = {"title": title, "description": description or None}
        return str(self.transport.api("POST", "/collections", json=body).json()["id"])

    def remove_collection(self, collection_id: str) -> None:
        self.transport.api("DELETE", _path(collection_id))

    def add_to_collection(self, collection_id: str, image_ids: Sequence[str]) -> list[str]:
        return self._changed(collection_id, {"add": list(image_ids)})["added"]

    def remove_from_collection(self, collection_id: str, image_ids: Sequence[str]) -> list[str]:
        return self._changed(collection_id, {"remove": list(image_ids)})["removed"]

    def move_in_collection(
        self, collection_id: str, image_id: str, before: str, after: str
    ) -> None:
        body = {"id": image_id, "before": before or None, "after": after or None}
        self.transport.api("PUT", _path(collection_id, "place"), json=body)

    def _changed(self, collection_id: str, body: dict[str, list[str]]) -> dict[str, list[str]]:
        path = _path(collection_id, "images")
        changed: dict[str, list[str]] = self.transport.api("POST", path, json=body).json()
        return changed


def _path(collection_id: str, *further: str) -> str:
    return "/".join(["/collections", quote(collection_id, safe=""), *further])
