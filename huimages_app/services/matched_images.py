"""The store of records, which compares an image that appears on lists with all others.

An image appears when it is uploaded, restored, or gets a perceptual hash, and disappears when it is
put into the trash, replaced, or removed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from ..domain.likeness import MAX_ALIKE, is_matched
from ..domain.models import Image
from ..errors import StorageUnavailable
from ..storage.interfaces import ImageSearch, ImageStore
from .image_layer import ImageLayer

log = logging.getLogger(__name__)


class MatchedImages(ImageLayer):
    """Forwards all calls; keeps in `Image.alike` which images looked alike when one appeared.

    The comparison comes after the write, so that of two similar pictures that are uploaded at once
    at least one finds the other.
    """

    def __init__(self, images: ImageStore, search: ImageSearch) -> None:
        super().__init__(images)
        self._search = search

    def save(self, image_id: str, change: Callable[[Image | None], Image]) -> Image:
        before: Image | None = None

        def noted(image: Image | None) -> Image:
            nonlocal before
            before = image
            return change(image)

        image = self._images.save(image_id, noted)
        old, new = _matched_hash(before), _matched_hash(image)
        if old != new:
            with _tolerating_failure(image_id):
                return self._matched(image) if new else self._unmatched(image, old)
        return image

    def remove(self, image_id: str, approve: Callable[[Image], object] | None = None) -> None:
        removed: list[Image] = []

        def noted(image: Image) -> None:
            if approve:
                approve(image)
            removed[:] = [image]

        self._images.remove(image_id, noted)
        for image in removed:
            if phash := _matched_hash(image):
                with _tolerating_failure(image_id):
                    self._unmatched(image, phash)

    def _matched(self, image: Image) -> Image:
        """Store in the record of an image that appears which others look alike; return it."""
        similar = self._search.alike(image.phash, MAX_ALIKE + 1)
        # Each pair is in the record of one of its images.
        alike = tuple(
            other.id
            for other in similar
            if other.id != image.id
            and other.id not in image.unlike
            and image.id not in (*other.unlike, *other.alike)
        )[:MAX_ALIKE]
        if alike == image.alike:
            return image
        return self._images.update(image.id, lambda record: replace(record, alike=alike))

    def _unmatched(self, image: Image, phash: str) -> Image:
        """Remove an image that disappears from the records of others."""
        for other in self._search.alike(phash, 2 * MAX_ALIKE):
            if image.id in other.alike:
                self._images.update(other.id, lambda record: without(record, {image.id}))
        return image


@contextmanager
def _tolerating_failure(image_id: str) -> Iterator[None]:
    """Log that the storage fails: the change is stored, and must not look as if it had failed."""
    try:
        yield
    except StorageUnavailable as error:
        log.warning("similar images not compared: image=%s error=%s", image_id, error)


def without(image: Image, others: Iterable[str]) -> Image:
    """Return the record without these among the images that look alike."""
    gone = set(others)
    return replace(image, alike=tuple(one for one in image.alike if one not in gone))


def _matched_hash(image: Image | None) -> str:
    """Return the hash by which an image is found; empty if it is not."""
    return image.phash if image and is_matched(image) else ""
