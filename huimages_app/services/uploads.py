"""Add pictures: inspect the file, store the original, store the record, in this order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import BinaryIO

from ..domain.models import Image
from ..domain.tags import add_tags
from ..domain.text import DEFAULT_FILENAME
from ..errors import BadInput, BadUpload, IdCollision
from ..imaging import Decoder
from ..observation import metrics
from ..storage.interfaces import MetadataBackend, OriginalInfo, Originals
from . import audit
from .file_info import FileInfo, inspect, with_file_info
from .file_names import FileNames
from .image_patch import ImagePatch
from .original_settling import settle_original

# The visitor whose tags those of programs are.
PROGRAM = "huimages"

_NO_PATCH = ImagePatch()
_NO_NAMES = FileNames()


@dataclass(frozen=True)
class UploadResult:
    """The record after an upload; `is_new` unless the site showed the image before."""

    image: Image
    is_new: bool


class Uploads:
    """Adds pictures.  Thread-safe."""

    def __init__(
        self,
        originals: Originals,
        metadata: MetadataBackend,
        decoder: Decoder,
        prerender: Callable[[Image], None] | None = None,
        names: FileNames = _NO_NAMES,
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._prerender = prerender  # called with each stored record
        self._names = names
        # An upload waits for memory as long as it takes: unlike the request for a rendition, it
        # is not easily repeated.
        self._decoder = decoder.patient()

    def add(
        self,
        file: BinaryIO,
        patch: ImagePatch = _NO_PATCH,
        *,
        tags: Sequence[str] = (),
        visitor_id: str = PROGRAM,
    ) -> UploadResult:
        """Add a picture from a seekable file, read from its start.

        The patch is applied to a new record.  An image with the same bytes keeps its record
        and gets the patch on top, except for the time; one in the trash is restored.  `tags`,
        as `parse_tags` returns them, are added for `visitor_id`.  The file name may give an
        article number.  Raises BadUpload (NotAnImage, TooLarge, IdCollision), BadInput,
        StorageUnavailable.
        """
        try:
            result = self._add(file, patch, tags, visitor_id)
        except (BadUpload, BadInput):
            metrics.UPLOADS.labels("refused").inc()
            raise
        except Exception:
            metrics.UPLOADS.labels("failed").inc()
            raise
        metrics.UPLOADS.labels("new" if result.is_new else "known").inc()
        return result

    def _add(
        self, file: BinaryIO, patch: ImagePatch, tags: Sequence[str], visitor_id: str
    ) -> UploadResult:
        patch, tags = self.completed(patch).cleaned(), add_tags((), tags)
        info = inspect(file, self._decoder)
        # First the original, then the record: a crash in between leaves an original without
        # a record, which `check` reports, and never a record without an original.
        original = _original_info(info, patch.default_filename)
        self._originals.put(info.image_id, file, original)
        image, is_new = self._store_record(info, patch)
        # Another process may have removed the image for good in these moments.
        settle_original(self._originals, self._metadata.images, info.image_id, file)
        if tags:
            self._metadata.annotations.save(
                info.image_id,
                visitor_id,
                lambda annotation: replace(annotation, tags=add_tags(annotation.tags, tags)),
            )
        title = patch.title or patch.default_title
        filename = patch.default_filename or DEFAULT_FILENAME
        audit.record("uploaded", info.image_id, filename=filename, title=title)
        if self._prerender:
            self._prerender(image)
        return UploadResult(image, is_new)

    def completed(self, patch: ImagePatch) -> ImagePatch:
        """Return the patch with the article number, role and place in its file name."""
        return self._names.completed(patch)

    def _store_record(self, info: FileInfo, patch: ImagePatch) -> tuple[Image, bool]:
        """Return the stored record, and whether the site had no such image before."""
        is_new = True
        now = datetime.now(UTC)

        def change(image: Image | None) -> Image:
            nonlocal is_new
            is_new = image is None or image.trashed is not None
            return _uploaded(image, info, patch, now)

        return self._metadata.images.save(info.image_id, change), is_new


def _uploaded(image: Image | None, info: FileInfo, patch: ImagePatch, now: datetime) -> Image:
    """Return the record after an upload: a new one, or `image` with the patch applied."""
    if image is None:
        new = Image(info.image_id, now, now, info.measured.width, info.measured.height)
        return patch.applied_to(with_file_info(new, info))
    if image.sha256 and image.sha256 != info.sha256:
        raise IdCollision(info.image_id)
    patch = replace(patch, created=None)
    uploaded = replace(patch.applied_to(with_file_info(image, info)), trashed=None)
    return image if uploaded == image else replace(uploaded, modified=now)


def _original_info(info: FileInfo, filename: str) -> OriginalInfo:
    measured = info.measured
    return OriginalInfo(
        measured.contenttype, measured.width, measured.height, filename or DEFAULT_FILENAME
    )
