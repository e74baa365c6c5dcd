"""Base class of stores that wrap an `ImageStore` and extend some of its methods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..domain.models import Image
from ..storage.interfaces import ImageStore


class ImageLayer(ImageStore):
    """Forwards all calls to `images`."""

    def __init__(self, images: ImageStore) -> None:
        self._images = images

    def get(self, image_id: str) -> Image:
        return self._images.get(image_id)

    def get_many(self, image_ids: Iterable[str]) -> dict[str, Image]:
        return self._images.get_many(image_ids)

    def save(self, image_id: str, change: Callable[[Image | None], Image]) -> Image:
        return self._images.save(image_id, change)

    def remove(self, image_id: str, approve: Callable[[Image], object] | None = None) -> None:
        self._images.remove(image_id, approve)

    def ids(self, after: str = "") -> Iterator[str]:
        return self._images.ids(after)
