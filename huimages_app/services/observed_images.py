"""The store of records, which reports each image that this process writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..domain.models import Image
from ..storage.interfaces import ImageStore


class ObservedImages(ImageStore):
    """Passes all calls on; `changed` is called after each write with both records of the image."""

    def __init__(self, images: ImageStore, changed: Callable[[Image], object]) -> None:
        self._images = images
        self._changed = changed

    def get(self, image_id: str) -> Image:
        return self._images.get(image_id)

    def get_many(self, image_ids: Iterable[str]) -> dict[str, Image]:
        return self._images.get_many(image_ids)

    def save(self, image_id: str, change: Callable[[Image | None], Image]) -> Image:
        touched: list[Image] = []

        def observed(image: Image | None) -> Image:
            new = change(image)
            touched[:] = [new] if image is None else [image, new]
            return new

        try:
            return self._images.save(image_id, observed)
        finally:
            # Also after an error: the write may have been stored, and its confirmation lost.
            self._report(touched)

    def remove(self, image_id: str, approve: Callable[[Image], object] | None = None) -> None:
        touched: list[Image] = []

        def observed(image: Image) -> None:
            touched[:] = [image]
            if approve:
                approve(image)

        try:
            self._images.remove(image_id, observed)
        finally:
            self._report(touched)

    def ids(self, after: str = "") -> Iterator[str]:
        return self._images.ids(after)

    def _report(self, images: Iterable[Image]) -> None:
        for image in images:
            self._changed(image)
