"""Smaller copies of large originals, kept beside the renditions that are made from them.

To decode a large original takes most of the time of a rendition.  It is done once, after
the upload or after the first request has been answered, never inside a request.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, BinaryIO

from ..errors import UnknownImage
from ..formats import JPEG
from ..imaging import PREVIEW_SIDES, Limits, make_previews, preview_sides
from ..sizes import Size
from ..stores.base import Image, Metadata, Originals
from .worker import Worker

if TYPE_CHECKING:
    from ..stores.cache import RenditionCache

# IDs remembered as having no copies, before all of them are forgotten.
_REMEMBERED = 10_000


class Chain:
    """Makes and finds the copies.  Thread-safe, and safe with several processes."""

    def __init__(
        self,
        originals: Originals,
        metadata: Metadata,
        cache: RenditionCache,
        limits: Limits,
        worker: Worker,
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._cache = cache
        self._limits = limits
        self._worker = worker
        self._without: set[str] = set()

    def open(self, image: Image, size: Size) -> BinaryIO | None:
        """The smallest copy that is large enough for `size`; None if there is none yet."""
        for side in self._sides(image, size):
            if path := self._cache.find(image.id, _name(side), JPEG):
                # It may be evicted in this very moment.
                with suppress(FileNotFoundError):
                    return path.open("rb")
        return None

    def make_later(self, image: Image, size: Size | None = None) -> None:
        """Have the copies made in the background, if `size` could be made from one."""
        if image.id in self._without or (size is not None and not self._sides(image, size)):
            return
        self._worker.submit(image.id, lambda: self.make(image.id))

    def make(self, image_id: str) -> bool:
        """Make the copies that are missing; whether there are any now.

        Raises UnknownImage, StoreDown, BadOriginal, Busy.
        """
        with self._cache.lock(f"{image_id}/~"), ExitStack() as stack:
            missing = [
                side for side in PREVIEW_SIDES if not self._cache.find(image_id, _name(side), JPEG)
            ]
            if not missing:  # as after an upload of what is there already
                return True
            fillings = {
                side: stack.enter_context(self._cache.filling(image_id, _name(side), JPEG))
                for side in missing
            }
            # As for renditions: the folder is entered, and then the record is read.
            if self._metadata.get(image_id).trashed:
                raise UnknownImage(f"the image {image_id} is in the trash")
            with self._originals.open(image_id) as original:
                targets = {side: filling.path for side, filling in fillings.items()}
                made = make_previews(original, targets, self._limits)
            for side in made:
                fillings[side].publish()
            if not made and len(missing) == len(PREVIEW_SIDES):
                self._remember_without(image_id)
                return False
            return True

    def _sides(self, image: Image, size: Size) -> Sequence[int]:
        # The dimensions of a record that is not ours are those before EXIF orientation.
        if not image.sha256:
            return ()
        return preview_sides(size, image.width, image.height)

    def _remember_without(self, image_id: str) -> None:
        if len(self._without) >= _REMEMBERED:
            self._without.clear()
        self._without.add(image_id)


def _name(side: int) -> str:
    return f"~{side}"
