"""What people do to pictures that are there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from ..cache.renditions import RenditionCache
from ..domain.ids import parse_image_id
from ..domain.models import Image
from ..errors import CorruptOriginal, EditConflict, UnknownImage
from ..storage.interfaces import MetadataBackend, OriginalInfo, Originals
from . import audit
from .image_patch import ImagePatch
from .images import require_present


class Editing:
    """Changes what is known about images.  Thread-safe.

    Every method raises UnknownImage for an image that is not there (or in the trash,
    where the method does not say otherwise), BadInput and StorageUnavailable.
    """

    def __init__(
        self, originals: Originals, metadata: MetadataBackend, cache: RenditionCache
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._cache = cache

    def update(self, image_id: str, patch: ImagePatch, expected: Image | None = None) -> Image:
        """Apply a patch and return the record; raises BadInput, EditConflict.

        `expected` is the record that the client has read; EditConflict if it has changed
        since (None: not compared).
        """
        patch = patch.cleaned()
        now = datetime.now(UTC)

        def change(image: Image) -> Image:
            require_present(image)
            _require_same(image, expected)
            new = patch.applied_to(image)
            return image if new == image else replace(new, modified=now)

        image = self._metadata.images.update(image_id, change)
        audit.record(patch.audit_action, image_id, **patch.audit_details())
        return image

    def trash(self, image_id: str, expected: Image | None = None) -> Image:
        """Move an image to the trash; it stays there if it is there already.

        Raises EditConflict if the record is not `expected` (None: whatever it is).
        """
        now = datetime.now(UTC)

        def change(image: Image) -> Image:
            _require_same(image, expected)
            return image if image.trashed else replace(image, trashed=now, modified=now)

        image = self._metadata.images.update(image_id, change)
        self._cache.remove(image_id)
        audit.record("trashed", image_id)
        return image

    def restore(self, image_id: str) -> Image:
        """Take an image out of the trash; it stays as it is if it is not there."""
        now = datetime.now(UTC)
        image = self._metadata.images.update(
            image_id,
            lambda image: replace(image, trashed=None, modified=now) if image.trashed else image,
        )
        audit.record("restored", image_id)
        return image

    def remove(self, image_id: str, approve: Callable[[Image], object] | None = None) -> None:
        """Remove an image for good: record, every visitor's marks, renditions, original.

        `approve` may refuse by raising, as with `Metadata.remove`.  Raises BadImageId.
        """
        parse_image_id(image_id)
        # The record first: without it nobody is served the picture, and what a crash
        # leaves behind is an original that nobody refers to, which `check` finds.
        try:
            self._metadata.images.remove(image_id, approve)
        except UnknownImage:
            # Of a removal, or an upload, that was cut short only the original is there.
            if self._originals.length(image_id) is None:
                raise
        self._cache.remove(image_id)
        self._delete_original(image_id)
        audit.record("removed for good", image_id)

    # steps

    def _delete_original(self, image_id: str) -> None:
        """Delete the original, unless the same picture is uploaded in these very moments.

        An upload that finds the original there does not store it again; so it looks once
        more after it wrote its record (see `Intake`), and here the record is looked for
        after the deletion: whichever is last puts the original back.
        """
        try:
            with self._originals.open(image_id) as file:
                self._originals.delete(image_id)
                try:
                    image = self._metadata.images.get(image_id)
                except UnknownImage:
                    return
                info = OriginalInfo(image.contenttype, image.width, image.height, image.filename)
                self._originals.put(image_id, file, info)
        except UnknownImage:
            return  # there is none to delete
        except CorruptOriginal:
            self._originals.delete(image_id)


def _require_same(image: Image, expected: Image | None) -> None:
    # Asked within the update, so that nobody's change slips in between.
    if expected is not None and image != expected:
        raise EditConflict(f"the image {image.id} was changed since it was read")
