"""Records of images in CouchDB."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ...domain.ids import is_image_id
from ...domain.models import Image
from ...errors import RemovedImage, UnknownImage
from ..interfaces import ImageStore
from .annotations import CouchAnnotations
from .client import Database
from .codec import document_of, image_of
from .retry import StripedLocks, retry_on_conflict

# Image IDs sort between these two keys.
_FIRST_ID, _BEHIND_IDS = "", "["


class CouchImages(ImageStore):
    """Records in the database of the images."""

    def __init__(
        self, images: Database, annotations: CouchAnnotations, stripes: StripedLocks
    ) -> None:
        self._images = images
        self._annotations = annotations
        self._stripes = stripes

    def get(self, image_id: str) -> Image:
        document = self._images.get(image_id)
        if document is not None:
            return image_of(document)
        if image_id in self._images.get_many([image_id]):  # a tombstone
            raise RemovedImage(f"the image {image_id} was removed")
        raise UnknownImage(f"there is no image {image_id}")

    def get_many(self, image_ids: Iterable[str]) -> dict[str, Image]:
        wanted = list(image_ids)
        documents = self._images.get_many(wanted)
        found = ((image_id, documents.get(image_id)) for image_id in wanted)
        return {image_id: image_of(document) for image_id, document in found if document}

    def save(self, image_id: str, change: Callable[[Image | None], Image]) -> Image:
        def attempt() -> tuple[Image | None, Image]:
            document = self._images.get(image_id)
            before = None if document is None else image_of(document)
            image = change(before)
            if image != before:
                self._images.put(document_of(image, document))
            return before, image

        with self._stripes.held(image_id):
            before, image = retry_on_conflict(attempt)
        if before is not None and before.created != image.created:
            self._align_annotations(image_id)
        return image

    def remove(self, image_id: str, approve: Callable[[Image], object] | None = None) -> None:
        def attempt() -> None:
            document = self._images.get(image_id)
            if document is None:
                raise UnknownImage(f"there is no image {image_id}")
            if approve:
                approve(image_of(document))
            self._images.delete(document)

        with self._stripes.held(image_id):
            retry_on_conflict(attempt)
        # Who writes a mark from now on finds no image; who wrote one before is found here.
        self._annotations.remove_all(image_id)

    def _align_annotations(self, image_id: str) -> None:
        if document := self._images.get(image_id):
            self._annotations.align(document)

    def ids(self, after: str = _FIRST_ID) -> Iterator[str]:
        rows = self._images.all(after, _BEHIND_IDS)
        return (row["id"] for row in rows if is_image_id(row["id"]))
