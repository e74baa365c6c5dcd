"""Replace a picture by a better one, turn it, go back to an older version."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import BinaryIO

from ..cache.renditions import RenditionCache
from ..domain.ids import image_id_of_file
from ..domain.models import Image
from ..domain.quarter_turns import turned_box, turned_point
from ..domain.versions import MAX_VERSIONS, succeeding
from ..errors import BadInput, CannotReplace, EditConflict, UnknownImage
from ..imaging import write_turned
from ..storage.interfaces import MetadataBackend, Originals
from . import audit
from .image_patch import ImagePatch
from .images import require_present
from .uploads import UploadResult, Uploads
from .version_links import VersionLinks

_ROUNDS = 10  # of a replacement while other clients change the same image
_DEGREES = (90, 180, 270)

Adjust = Callable[[Image, Image], Image]  # (new, old) -> new


# The formats that `Versions.turn` takes.
TURNABLE = ("image/jpeg", "image/png", "image/webp", "image/tiff")


class Versions:
    """Replaces images.  Thread-safe.  Every method raises StorageUnavailable.

    The record of the new version is written first, with all that it takes over and the list of its
    older versions; then their records, one after the other.  A crash in between leaves both
    versions visible, and `check` completes the links by the list.
    """

    def __init__(
        self,
        originals: Originals,
        metadata: MetadataBackend,
        uploads: Uploads,
        cache: RenditionCache,
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._uploads = uploads
        self._cache = cache
        self._links = VersionLinks(metadata)

    def all(self, image: Image) -> list[Image]:
        """Return all versions of an image, oldest first, the newest last; also those in the trash.

        Only the image itself if it has no others, or if the newest one does not exist.
        """
        newest = self.newest(image)
        return [*self._links.older(newest), newest] if newest else [image]

    def newest(self, image: Image) -> Image | None:
        """Return the newest version, which may be the image itself, or in the trash."""
        return self._links.newest(image)

    def replace(
        self,
        image_id: str,
        file: BinaryIO,
        filename: str = "",
        unchanged: Callable[[Image], bool] | None = None,
    ) -> UploadResult:
        """Add a picture as the newest version of an image; it may be stored already.

        If the image was replaced before, the picture follows its newest version.  `unchanged` is
        called with that: EditConflict unless it is the one that the client has seen (None: not
        compared).  Raises UnknownImage, BadUpload, CannotReplace.
        """
        newest = self._replaceable(image_id)
        if unchanged and not unchanged(newest):
            raise EditConflict(newest.id)
        self._require_successor(image_id_of_file(file), newest)
        added = self._uploads.add(file, _patch_from(newest, filename))
        image = self._succeed(added.image.id, image_id, "replaced")
        return UploadResult(image, added.is_new)

    def turn(self, image_id: str, degrees: int) -> Image:
        """Turn a picture clockwise by 90, 180 or 270 degrees; return the new version.

        Only the orientation in the file changes, so nothing is lost.  Raises UnknownImage,
        BadInput, and CannotTurn for formats without an orientation.
        """
        if degrees not in _DEGREES:
            raise BadInput(f"{degrees} degrees are not possible; expected 90, 180 or 270")
        newest = self._replaceable(image_id)
        quarters = degrees // 90
        with self._originals.open(newest.id) as file, tempfile.TemporaryFile() as copy:
            write_turned(file, copy, quarters)
            new_id = image_id_of_file(copy)
            self._require_successor(new_id, newest)
            self._uploads.add(copy, _patch_from(newest, newest.filename))
        return self._succeed(new_id, image_id, "turned", partial(_turned, quarters=quarters))

    def go_back(self, image_id: str) -> Image:
        """Make an older version the newest again; it takes over what the newest has.

        Does nothing if it is the newest.  Raises UnknownImage, also for a version in the trash.
        """
        image = require_present(self._metadata.images.get(image_id))
        if not image.replaced_by:
            return image
        newest = self.newest(image)
        if newest is None:
            raise CannotReplace(
                f"the newest version of {image_id} does not exist; run 'huimages check'"
            )
        return self._succeed(image_id, newest.id, "made newest again")

    # steps

    def _replaceable(self, image_id: str) -> Image:
        """Return the newest version of an image, which must be visible, and may have one more."""
        image = require_present(self._metadata.images.get(image_id))
        newest = self.newest(image)
        if newest is None:
            raise UnknownImage(image.replaced_by)
        if len(newest.versions) >= MAX_VERSIONS:
            raise CannotReplace(
                f"the image {newest.id} has {len(newest.versions)} older versions; expected at "
                f"most {MAX_VERSIONS - 1}: remove some for good"
            )
        return require_present(newest)

    def _require_successor(self, new_id: str, newest: Image) -> None:
        """Raise CannotReplace if the stored picture, if any, cannot be the next version."""
        if new_id == newest.id:
            raise CannotReplace(f"this is the picture {new_id} itself; expected another one")
        known = self._metadata.images.get_many([new_id]).get(new_id)
        if known is not None:
            _require_free(known, newest)

    def _succeed(
        self, new_id: str, old_id: str, action: str, adjust: Adjust = lambda new, old: new
    ) -> Image:
        """Make a stored image the newest version of another one, whichever is the newest now.

        Raises EditConflict if other clients keep changing both.
        """
        for _ in range(_ROUNDS):
            # Another client may have replaced it meanwhile: then the image follows that one.
            old = self.newest(self._metadata.images.get(old_id))
            if old is None or old.id == new_id:
                raise EditConflict(old_id)
            now = datetime.now(UTC)
            image = self._take_over(new_id, old, now, adjust)
            if self._supersede(old, new_id, now):
                self._links.copy_annotations(old.id, new_id)  # those given since the first copy
                self._links.mark(image.versions, new_id, now)
                audit.record(action, old.id, newest=new_id)
                return image
        raise EditConflict(old_id)

    def _take_over(self, new_id: str, old: Image, now: datetime, adjust: Adjust) -> Image:
        """Write the record of the new version, and copy tags and favourites."""
        mark = ""

        def change(image: Image) -> Image:
            nonlocal mark
            mark = image.rights.mark
            _require_free(image, old)
            return adjust(succeeding(image, old, now), old)

        image = self._metadata.images.update(new_id, change)
        if image.rights.mark != mark:
            self._cache.remove(new_id)  # its renditions state other rights
        self._links.copy_annotations(old.id, new_id)
        return image

    def _supersede(self, old: Image, new_id: str, now: datetime) -> bool:
        """Make `old` an older version; return False if it changed since the other took over."""
        is_current = False

        def change(image: Image) -> Image:
            nonlocal is_current
            is_current = image == old
            return (
                replace(image, replaced_by=new_id, versions=(), versioned=now, modified=now)
                if is_current
                else image
            )

        self._metadata.images.update(old.id, change)
        return is_current


def _require_free(known: Image, newest: Image) -> None:
    """Raise CannotReplace if an image is an older version of any image but `newest`."""
    if known.replaced_by and known.id not in newest.versions:
        raise CannotReplace(
            f"the picture {known.id} is an older version of {known.replaced_by}; go back to it "
            "there first, or choose another one"
        )


def _patch_from(old: Image, filename: str) -> ImagePatch:
    """Return what a new picture takes over at once, before the embedded metadata count."""
    return ImagePatch(
        default_title=old.title,
        default_alt=old.alt,
        default_filename=filename,
        added_references=old.references,
        added_types=old.types,
    )


def _turned(new: Image, old: Image, quarters: int) -> Image:
    """Return the record of a turned picture, with focal point and content box turned as well."""
    focus, box = old.focus, old.corrected_content
    return replace(
        new,
        focus=focus and turned_point(focus, quarters),
        corrected_content=box and turned_box(box, quarters),
    )
