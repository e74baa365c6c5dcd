"""Records of images in CouchDB."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ...domain.ids import is_image_id
from ...domain.models import Image
from ...errors import RemovedImage, UnknownImage
from ..interfaces import ImageStore
from .annotations import CouchAnnotations
from .codec import document_of, image_of
from .database import Database
from .retry import StripedLocks, retry_on_conflict

# Image IDs sort between these two keys.
_FIRST_ID, _AFTER_IDS = "", "["


class CouchImages(ImageStore):
    """Records in the database of the images."""

    def __init__(
        self, images: Database, annotations: CouchAnnotations, locks: StripedLocks
    ) -> None:
        self._images = images
        self._annotations = annotations
        self._locks = locks

    def get(self, image_id: str) -> Image:
        document = self._images.get(image_id)
        if document is not None:
            return image_of(document)
        if image_id in self._images.deletions([image_id]):  # a tombstone
            raise RemovedImage(image_id)
        raise UnknownImage(image_id)

    def get_many(self, image_ids: Iterable[str]) -> dict[str, Image]:
        documents = self._images.get_many(image_ids)
        return {image_id: image_of(document) for image_id, document in documents.items()}

    def save(self, image_id: str, change: Callable[[Image | None], Image]) -> Image:
        def attempt() -> tuple[Image, bool]:
            document = self._images.get_for_update(image_id)
            before = None if document is None else image_of(document)
            image = change(before)
            is_merged = document is not None and "_conflicts" in document
            if image != before or is_merged:
                self._images.put(document_of(image, document))
            is_relisted = before is not None and _position(before) != _position(image)
            return image, is_relisted or is_merged

        with self._locks.held(image_id):
            image, needs_alignment = retry_on_conflict(attempt)
        if needs_alignment:
            self._align_annotations(image_id)
        return image

    def remove(self, image_id: str, approve: Callable[[Image], object] | None = None) -> None:
        def attempt() -> None:
            document = self._images.get_for_update(image_id)
            if document is None:
                raise UnknownImage(image_id)
            if approve:
                approve(image_of(document))
            self._images.delete(document)

        with self._locks.held(image_id):
            retry_on_conflict(attempt)
        # An annotation written from now on finds no image; earlier ones are found here.
        self._annotations.remove_all(image_id)

    def merge(self, image_id: str) -> bool:
        """Merge conflicting revisions of a record; return whether there were any."""
        with self._locks.held(image_id):
            is_merged = retry_on_conflict(lambda: self._images.merge(image_id))
        if is_merged:
            self._align_annotations(image_id)
        return is_merged

    def _align_annotations(self, image_id: str) -> None:
        if document := self._images.get_for_update(image_id):
            self._annotations.align(document)
            self._annotations.update_summary(document)

    def ids(self, after: str = _FIRST_ID) -> Iterator[str]:
        rows = self._images.all(after, _AFTER_IDS)
        return (row["id"] for row in rows if is_image_id(row["id"]))


def _position(image: Image) -> tuple[object, ...]:
    """Return what annotations repeat of their image, so that lists of them are in its order."""
    return image.created, bool(image.replaced_by)
