"""The links between the versions of an image, in their records."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from ..domain.models import Image
from ..domain.versions import MAX_VERSIONS, superseded
from ..errors import UnknownImage
from ..storage.interfaces import MetadataBackend
from .annotations import merged


class VersionLinks:
    """Reads and writes the links.  Thread-safe.  Every method raises StorageUnavailable."""

    def __init__(self, metadata: MetadataBackend) -> None:
        self._images = metadata.images
        self._annotations = metadata.annotations

    def newest(self, image: Image) -> Image | None:
        """Return the newest version of an image, which may be the image itself.

        It may be in the trash.  Returns None if the links lead nowhere, or around in a circle.
        """
        seen = {image.id}
        while image.replaced_by:
            found = self._images.get_many([image.replaced_by]).get(image.replaced_by)
            if found is None or found.id in seen or len(seen) > MAX_VERSIONS:
                return None
            seen.add(found.id)
            image = found
        return image

    def older(self, image: Image) -> list[Image]:
        """Return the older versions that the newest one names, oldest first, also the trash."""
        return list(self._images.get_many(image.versions).values())

    def mark(
        self, image_ids: Iterable[str], newest_id: str, now: datetime, *, even_later: bool = False
    ) -> None:
        """Make these images older versions of another one, as a replacement at `now` decided.

        Images that are removed stay as they are, and so do those that took part in a later
        replacement, unless `even_later`.
        """

        def change(image: Image) -> Image:
            is_later = image.versioned is not None and image.versioned > now and not even_later
            return image if is_later else superseded(image, newest_id, now)

        for image_id in image_ids:
            try:
                self._images.update(image_id, change)
            except UnknownImage:
                continue

    def copy_annotations(self, source: str, target: str) -> None:
        """Copy the tags and favourites of all visitors, but no ratings: they judge a picture."""
        for visitor_id, annotation in self._annotations.of_image(source).items():
            copied = replace(annotation, rating=None)
            if not copied.is_empty:
                self._annotations.save(target, visitor_id, partial(merged, other=copied))

    def release(self, removed: Image) -> None:
        """Bring the versions of an image in order after it was removed for good.

        An older one leaves the list of the newest.  Instead of the newest one, the latest of the
        others becomes the newest, in the trash: to delete a picture must not show a worse one
        again, and every image must be in some list to be found.
        """
        if removed.replaced_by:
            self._forget(removed.replaced_by, removed.id)
        *others, heir = [image.id for image in self.older(removed)] or [""]
        if heir:
            self.stand_alone(heir, others, trash=True)

    def stand_alone(self, image_id: str, versions: Iterable[str], *, trash: bool) -> None:
        """Make an older version the newest one, with these older versions; does not take over."""
        now = datetime.now(UTC)
        older = tuple(versions)

        def change(image: Image) -> Image:
            trashed = image.trashed or (now if trash else None)
            changed = replace(image, replaced_by="", versions=older, versioned=now, modified=now)
            return replace(changed, trashed=trashed)

        self._images.update(image_id, change)
        self.mark(older, image_id, now, even_later=True)

    def _forget(self, newest_id: str, image_id: str) -> None:
        def change(image: Image) -> Image:
            if image_id not in image.versions:
                return image
            return replace(image, versions=without(image.versions, image_id))

        try:
            self._images.update(newest_id, change)
        except UnknownImage:
            return  # removed, too


def without(versions: Iterable[str], *image_ids: str) -> tuple[str, ...]:
    """Return the versions except some."""
    return tuple(itertools.filterfalse(image_ids.__contains__, versions))
