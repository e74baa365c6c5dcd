"""Previews: smaller copies of large originals, cached beside the renditions made from them.

Decoding a large original takes most of the time of a rendition.  It happens once, after the
upload or after the first response, never inside a request.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import BinaryIO

from ..cache.renditions import RenditionCache
from ..domain.formats import JPEG
from ..domain.models import Image
from ..domain.sizes import Size
from ..imaging import PREVIEW_SIDES, Decoder, preview_sides
from ..storage.interfaces import MetadataBackend, Originals
from .background import Worker
from .images import require_present

# IDs remembered as having no previews, before all of them are forgotten.
_REMEMBERED = 10_000


class Previews:
    """Makes and finds previews.  Thread-safe, also across processes."""

    def __init__(
        self,
        originals: Originals,
        metadata: MetadataBackend,
        cache: RenditionCache,
        *,
        worker: Worker,
        decoder: Decoder,
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._cache = cache
        self._worker = worker
        self._decoder = decoder
        self._without: set[str] = set()

    def open(self, image: Image, size: Size) -> BinaryIO | None:
        """Open the smallest preview that is large enough for `size`; None if there is none yet."""
        if image.id in self._without:
            return None
        for side in self._sides(image, size):
            if file := self._cache.open(image.id, _name(side), JPEG):
                return file
        return None

    def make_later(self, image: Image, size: Size | None = None) -> None:
        """Queue the previews of an image, if `size` could be rendered from one."""
        if image.id in self._without or (size is not None and not self._sides(image, size)):
            return
        self._worker.submit(image.id, lambda: self.make(image.id))

    def make(self, image_id: str) -> bool:
        """Make the missing previews; return whether the image has any now.

        Raises UnknownImage, StorageUnavailable, CorruptOriginal, ServerBusy.
        """
        with self._cache.lock(f"{image_id}/~"), ExitStack() as stack:
            missing = [
                side for side in PREVIEW_SIDES if not self._cache.find(image_id, _name(side), JPEG)
            ]
            if not missing:  # as after an upload of what is there already
                return True
            pendings = {
                side: stack.enter_context(self._cache.pending(image_id, _name(side), JPEG))
                for side in missing
            }
            # As for renditions: enter the folder, then read the record.
            require_present(self._metadata.images.get(image_id))
            with self._originals.open(image_id) as original:
                targets = {side: pending.descriptor for side, pending in pendings.items()}
                made = self._decoder.make_previews(original, targets)
            for side in made:
                pendings[side].publish()
            if not made and len(missing) == len(PREVIEW_SIDES):
                self._remember_without(image_id)
                return False
            return True

    def _sides(self, image: Image, size: Size) -> Sequence[int]:
        # The dimensions of a record that is not ours are those before EXIF orientation.
        # Without its content box, a trimmed rendition is made from the original.
        if not image.sha256 or (size.needs_content and image.content is None):
            return ()
        return preview_sides(size, image.width, image.height, image.content)

    def _remember_without(self, image_id: str) -> None:
        if len(self._without) >= _REMEMBERED:
            self._without.clear()
        self._without.add(image_id)


def _name(side: int) -> str:
    return f"~{side}"
