"""The store of records, which reports each image that this process writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..domain.models import Image
from ..storage.interfaces import ImageStore
from .image_layer import ImageLayer


class ObservedImages(ImageLayer):
    """Forwards all calls; `changed` is called after each write with both records of the image."""

    def __init__(self, images: ImageStore, changed: Callable[[Image], object]) -> None:
        super().__init__(images)
        self._changed = changed

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

    def _report(self, images: Iterable[Image]) -> None:
        for image in images:
            self._changed(image)
