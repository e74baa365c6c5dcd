"""Change, trash, restore and remove images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from ..cache.renditions import RenditionCache
from ..domain.ids import parse_image_id
from ..domain.models import Image
from ..errors import CorruptOriginal, EditConflict, UnknownImage
from ..storage.interfaces import MetadataBackend, Originals
from . import audit
from .image_patch import ImagePatch
from .images import require_present
from .original_settling import settle_original
from .version_links import VersionLinks


class Editing:
    """Changes images.  Thread-safe.

    Every method raises UnknownImage for an image that does not exist, and StorageUnavailable;
    `update` raises UnknownImage for an image in the trash as well.
    """

    def __init__(
        self,
        originals: Originals,
        metadata: MetadataBackend,
        cache: RenditionCache,
        purge: Callable[[str], None] = lambda image_id: None,
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._cache = cache
        self._purge = purge  # removes an image from the caches in front
        self._links = VersionLinks(metadata)

    def update(
        self,
        image_id: str,
        patch: ImagePatch,
        unchanged: Callable[[Image], bool] | None = None,
    ) -> Image:
        """Apply a patch and return the record; raises BadInput, EditConflict.

        Empties the cache of the image if its renditions have to state other rights.

        `unchanged` is called with the record that will be changed: EditConflict unless it is
        as the client has read it (None: not compared).
        """
        patch = patch.cleaned()

        def apply(image: Image) -> Image:
            _require_unchanged(image, unchanged)
            return patch.applied_to(image)

        image = self.change(image_id, apply)
        audit.record(patch.audit_action, image_id, **patch.audit_details())
        return image

    def change(self, image_id: str, change: Callable[[Image], Image]) -> Image:
        """Store the result of `change`, called with the record, and return it.

        As for `ImageStore.save`.  Caches are emptied as for `update`; the caller writes the
        entry of the audit log.
        """
        now = datetime.now(UTC)
        mark = ""
        is_moved = False

        def apply(image: Image) -> Image:
            nonlocal mark, is_moved
            require_present(image)
            mark = image.rights.mark
            new = change(image)
            is_moved = (new.focal_point, new.corrected_content) != (
                image.focal_point,
                image.corrected_content,
            )
            return image if new == image else replace(new, modified=now)

        image = self._metadata.images.update(image_id, apply)
        if image.rights.mark != mark:
            # Here and in the caches in front; also those that are being made from the old record.
            self._cache.remove(image_id)
        elif is_moved:
            # Caches in front may have redirects to the former focal point or content box.  The
            # renditions stay: each has both in its URL.
            self._purge(image_id)
        return image

    def trash(self, image_id: str, unchanged: Callable[[Image], bool] | None = None) -> Image:
        """Move an image to the trash and empty its cache, also if it is there already.

        `unchanged` as for `update`; raises EditConflict.
        """
        now = datetime.now(UTC)

        def change(image: Image) -> Image:
            _require_unchanged(image, unchanged)
            return image if image.trashed else replace(image, trashed=now, modified=now)

        image = self._metadata.images.update(image_id, change)
        # A process killed before this line leaves renditions, which
        # `IntegrityCheck.stale_renditions` finds at the next start.
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
        """Remove an image for good: record, annotations, renditions, original.

        If it is the newest version of others, the latest of them takes its place, in the trash.
        `approve` may refuse by raising, as with `ImageStore.remove`.  Raises BadImageId.
        """
        parse_image_id(image_id)
        # The record first: without it the picture is not served, and a crash leaves an
        # original without a record, which `check` finds.
        removed: list[Image] = []

        def note(image: Image) -> None:
            if approve:
                approve(image)
            removed[:] = [image]

        try:
            self._metadata.images.remove(image_id, note)
        except UnknownImage:
            # An interrupted removal or upload may have left renditions or the original.
            self._cache.remove(image_id)
            if self._originals.length(image_id) is None:
                raise
        else:
            self._cache.remove(image_id)
            self._links.release(removed[0])
        self._delete_original(image_id)
        audit.record("removed for good", image_id)

    def _delete_original(self, image_id: str) -> None:
        """Delete the original, unless another process uploads the same picture just now."""
        try:
            with self._originals.open(image_id) as file:
                self._originals.delete(image_id)
                settle_original(self._originals, self._metadata.images, image_id, file)
        except UnknownImage:
            return  # there is none to delete
        except CorruptOriginal:
            self._originals.delete(image_id)


def _require_unchanged(image: Image, unchanged: Callable[[Image], bool] | None) -> None:
    # Called within the update, so that no other change comes in between.
    if unchanged is not None and not unchanged(image):
        raise EditConflict(image.id)
