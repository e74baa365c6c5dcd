"""Add pictures: inspect the file, store the original, store the record, in this order."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import BinaryIO, Self

from ..domain.models import Image
from ..domain.tags import require_few, with_tags
from ..domain.text import DEFAULT_FILENAME
from ..errors import BadInput, BadUpload, IdCollision
from ..imaging import Decoder
from ..observation import metrics
from ..storage.interfaces import MetadataBackend, OriginalInfo, Originals
from . import audit
from .embedded_policy import EmbeddedPolicy
from .file_info import FileInfo, inspect, is_complete, with_file_info
from .file_names import FileNames
from .image_patch import ImagePatch
from .original_settling import settle_original

# The visitor to whom tags belong that a program adds.
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
        *,
        embedded: EmbeddedPolicy,
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._prerender = prerender  # called with each stored record
        self._names = names
        # An upload waits for memory as long as it takes: unlike the request for a rendition, it
        # is not easily repeated.
        self._decoder = decoder.without_timeout()
        self._embedded = embedded

    def without_prerendering(self) -> Self:
        """Return the same uploads, after which nothing is made in the background.

        The first request for a rendition makes the previews then.
        """
        uploads = copy.copy(self)
        uploads._prerender = None
        return uploads

    def add(
        self,
        file: BinaryIO,
        patch: ImagePatch = _NO_PATCH,
        *,
        tags: Sequence[str] = (),
        visitor_id: str = PROGRAM,
    ) -> UploadResult:
        """Add a picture from a seekable file, read from its start.

        The patch is applied to a new record, which also takes over embedded metadata.  An image
        with the same bytes keeps its record and gets the patch on top, except for the time; one
        in the trash is restored.  `tags`, as `parse_tags` returns them, are added for
        `visitor_id`, keywords of a new image for PROGRAM.  The file name may give an article
        number.  Raises BadUpload (NotAnImage, TooLarge, IdCollision), BadInput,
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
        patch = self.completed(patch).cleaned()
        require_few(tags)
        info = inspect(file, self._decoder)
        # First the original, then the record: a crash in between leaves an original without
        # a record, which `check` reports, and never a record without an original.
        original = _original_info(info)
        self._originals.put(info.image_id, file, original)
        before, image = self._store_record(info, patch)
        # Another process may have removed the image for good in these moments.
        settle_original(self._originals, self._metadata.images, info.image_id, file)
        self._add_tags(info.image_id, visitor_id, tags)
        if before is None:
            given = tags if visitor_id == PROGRAM else ()
            self._add_tags(
                info.image_id, PROGRAM, self._embedded.tags(info.measured.embedded, given)
            )
        title = patch.title or image.title
        filename = patch.default_filename or DEFAULT_FILENAME
        audit.record("uploaded", info.image_id, filename=filename, title=title)
        if self._prerender:
            self._prerender(image)
        return UploadResult(image, before is None or before.trashed is not None)

    def completed(self, patch: ImagePatch) -> ImagePatch:
        """Return the patch with the article number, role and place in its file name."""
        return self._names.completed(patch)

    def _store_record(self, info: FileInfo, patch: ImagePatch) -> tuple[Image | None, Image]:
        """Return the record before, None for a new image, and the stored one."""
        before: Image | None = None
        now = datetime.now(UTC)

        def change(image: Image | None) -> Image:
            nonlocal before
            before = image
            return self._uploaded(image, info, patch, now)

        stored = self._metadata.images.save(info.image_id, change)
        return before, stored

    def _uploaded(
        self, image: Image | None, info: FileInfo, patch: ImagePatch, now: datetime
    ) -> Image:
        """Return the record after an upload: a new one, or `image` with the patch applied."""
        embedded = info.measured.embedded
        if image is None:
            new = Image(
                *(info.image_id, now, now, info.measured.width, info.measured.height),
                uploader=audit.account(),
                uploaded=now,
            )
            new = self._embedded.with_facts(with_file_info(new, info), embedded)
            return self._embedded.completed(patch, embedded).applied_to(new)
        if image.sha256 and image.sha256 != info.sha256:
            raise IdCollision(info.image_id)
        if not is_complete(image):
            image = self._embedded.with_facts(image, embedded)
        patch = replace(patch, created=None)
        uploaded = replace(patch.applied_to(with_file_info(image, info)), trashed=None)
        return image if uploaded == image else replace(uploaded, modified=now)

    def _add_tags(self, image_id: str, visitor_id: str, tags: Sequence[str]) -> None:
        if tags:
            self._metadata.annotations.save(
                image_id,
                visitor_id,
                lambda annotation: with_tags(annotation, tags),
            )


def _original_info(info: FileInfo) -> OriginalInfo:
    measured = info.measured
    return OriginalInfo(measured.contenttype, measured.width, measured.height)
