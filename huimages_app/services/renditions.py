"""Serve originals as they are, and renditions, which the first request makes."""

from __future__ import annotations

import logging
import os
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from ..cache.renditions import PendingRendition, RenditionCache
from ..domain.formats import Format
from ..domain.models import Image
from ..domain.rights import limits_days
from ..domain.sizes import Size
from ..errors import (
    CorruptOriginal,
    HuimagesError,
    OutdatedSize,
    SizeNotAllowed,
    StorageUnavailable,
    UnknownImage,
)
from ..imaging import sniff_file
from ..observation import metrics
from ..storage.interfaces import MetadataBackend, Originals
from .background import Worker
from .open_image import OpenImage, open_rendition
from .renderer import Renderer
from .showing import Showing
from .size_policy import UNLIMITED_FOCUS, Grant

log = logging.getLogger(__name__)

# Seconds for which caches may keep a picture that was served without its record, which may limit
# the days on which it is shown.
_UNKNOWN = 60


class Renditions:
    """Serves originals, and renditions from the cache.  Thread-safe, also across processes."""

    def __init__(
        self,
        originals: Originals,
        metadata: MetadataBackend,
        cache: RenditionCache,
        renderer: Renderer,
        showing: Showing,
        *,
        worker: Worker,
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._cache = cache
        self._renderer = renderer
        self._showing = showing
        self._quick = renderer.quick()
        self._worker = worker

    def get(
        self, image_id: str, size: Size, format_: Format, grant: Grant = UNLIMITED_FOCUS
    ) -> OpenImage:
        """Return the rendition, making it on a miss.

        What takes long is made quickly; a smaller file takes its place in the background.  A hit
        reads no storage, except for an image that may be shown on certain days only.  Without
        `any_focus` only the stored focal point and the corrected content box are accepted, or a
        size that names neither.  Raises UnknownImage, RemovedImage, RightsNotBegun, RightsEnded,
        StorageUnavailable, CorruptOriginal, ServerBusy, OutdatedSize, and SizeNotAllowed where
        the cache has too many renditions of this image.
        """
        if hit := self.cached(image_id, size, format_, grant):
            return hit
        if not self._renderer.is_slow(size, format_):
            return self._make(image_id, size, format_, self._renderer, grant)
        rendition = self._make(image_id, size, format_, self._quick, grant)
        self.make_later(image_id, size, format_, grant, anew=True)
        return replace(rendition, is_provisional=True)

    def make(self, image_id: str, size: Size, format_: Format) -> None:
        """Make the rendition, as small as its quality allows, if it is not in the cache.

        Raises what `get` raises.
        """
        self._make(image_id, size, format_, self._renderer, UNLIMITED_FOCUS).close()

    def make_later(
        self, image_id: str, size: Size, format_: Format, grant: Grant, *, anew: bool = False
    ) -> None:
        """Queue `make`; `anew` for a file that takes the place of the cached one."""
        # The focal point was checked when the first file was made.
        unlimited = replace(grant, any_focus=True)
        self._worker.submit(
            f"{image_id}/{size}.{format_.extension}",
            lambda: self._make_in_background(image_id, size, format_, unlimited, anew=anew),
        )

    def cached(
        self, image_id: str, size: Size, format_: Format, grant: Grant = UNLIMITED_FOCUS
    ) -> OpenImage | None:
        """Return the rendition if it is in the cache.

        Reads the record of an image that may be shown on certain days only; raises UnknownImage,
        RightsNotBegun, RightsEnded, StorageUnavailable.
        """
        if hit := self.find(image_id, size, format_):
            return hit
        file = self._cache.open(image_id, size, format_, limited=True)
        if file is None:
            return None
        with ExitStack() as stack:
            stack.enter_context(file)
            image = self.require_visible(image_id, grant)
            if image and not self._showing.needs_checks(image):
                return None  # the limit is past, or was removed: web servers may have it again
            stack.pop_all()
        return self._opened(file, format_).until(self._end(image, grant))

    def cached_of(self, image: Image, size: Size, format_: Format) -> OpenImage | None:
        """Return the rendition if it is in the cache, by a record that was just read.

        Raises RightsNotBegun, RightsEnded.
        """
        self._showing.require_shown(image)
        is_limited = self._showing.needs_checks(image)
        file = self._cache.open(image.id, size, format_, limited=is_limited)
        return self._opened(file, format_).until(self._showing.end(image)) if file else None

    def find(self, image_id: str, size: Size, format_: Format) -> OpenImage | None:
        """Return the rendition if it is in the cache and may be shown on any day.

        Reads no storage.
        """
        file = self._cache.open(image_id, size, format_)
        return self._opened(file, format_) if file else None

    def _opened(self, file: BinaryIO, format_: Format) -> OpenImage:
        metrics.CACHE_HITS.inc()
        return open_rendition(file, format_, Path(file.name))

    def _end(self, image: Image | None, grant: Grant) -> float | None:
        """Return when the permission to show the picture ends; None for never.

        That of an editor ends with the grant.
        """
        if image is None:
            return time.time() + _UNKNOWN
        return None if grant.any_day else self._showing.end(image)

    def original(self, image_id: str, grant: Grant = UNLIMITED_FOCUS) -> OpenImage:
        """Return the bytes as they were uploaded.

        Raises UnknownImage, RemovedImage, RightsNotBegun, RightsEnded, StorageUnavailable, and
        CorruptOriginal for a truncated one.
        """
        image = self.require_visible(image_id, grant)
        with ExitStack() as stack:
            file = stack.enter_context(self._originals.open(image_id))
            contenttype = sniff_file(file)
            length = file.seek(0, os.SEEK_END)
            file.seek(0)
            # Caches would keep a truncated one.  Records of huImages 2.2 lack the length.
            if image and image.length and length != image.length:
                raise CorruptOriginal(
                    f"the original of {image_id} has {length:,} bytes; expected {image.length:,}"
                )
            modified = image.created.timestamp() if image else None
            close = stack.pop_all().close
        # The ID is a hash of the bytes.
        found = OpenImage(file, length, modified, contenttype, close, etag=image_id)
        return found.until(self._end(image, grant))

    def presigned_original_url(
        self, image_id: str, filename: str, seconds: int, grant: Grant = UNLIMITED_FOCUS
    ) -> tuple[str, int] | None:
        """Return a URL where clients can fetch the original, and its lifetime in seconds.

        The lifetime is at most `seconds`, and ends with the rights.  Returns None if there is no
        such URL.  Raises UnknownImage, RemovedImage, RightsNotBegun, RightsEnded,
        StorageUnavailable.
        """
        image = self.require_visible(image_id, grant)
        if (end := self._end(image, grant)) is not None:
            seconds = min(seconds, int(end - time.time()))
        if seconds < 1:
            return None
        filename = filename or (image.filename if image else "") or image_id
        url = self._originals.presigned_url(image_id, filename=filename, seconds=seconds)
        return (url, seconds) if url else None

    def uncached(self, image: Image, size: Size, format_: Format) -> OpenImage:
        """Return a rendition also of an image in the trash, for editors.

        Made for each request and never cached, so that no web server can serve it.  Raises
        UnknownImage, StorageUnavailable, CorruptOriginal, ServerBusy.
        """
        with TemporaryDirectory() as folder:
            path = Path(folder, "rendition")
            self._quick.render(image.id, image, image.shown_in(size), format_, path)
            return open_rendition(path.open("rb"), format_, None)

    def require_visible(self, image_id: str, grant: Grant = UNLIMITED_FOCUS) -> Image | None:
        """Return the record of an image that may be served.

        Raises UnknownImage, RemovedImage, RightsNotBegun, RightsEnded.  While the metadata storage
        is down pictures are served without it: returns None then, or raises StorageUnavailable
        for an image of which this node knows that it may be shown on certain days only.
        """
        try:
            image = self._metadata.images.get(image_id)
        except StorageUnavailable as error:
            if any(map(limits_days, self._cache.marks(image_id))):
                raise
            log.warning("image served without its record: image=%s error=%s", image_id, error)
            return None
        if image.trashed is not None:
            raise UnknownImage(image_id)
        return image if grant.any_day else self._showing.require_shown(image)

    def _make(
        self,
        image_id: str,
        size: Size,
        format_: Format,
        renderer: Renderer,
        grant: Grant,
        *,
        anew: bool = False,
    ) -> OpenImage:
        with (
            renderer.admission(),
            self._cache.lock(f"{image_id}/{size}.{format_.extension}"),
            # Enter the image's folder before reading the record: a removal after the reading
            # then takes the folder away together with what is published into it.
            self._cache.pending(image_id, size, format_) as pending,
        ):
            if not anew:
                # Another request may have made it while this one waited for the lock.
                if pending.is_published and (hit := self.cached(image_id, size, format_, grant)):
                    return hit
                self._require_room(pending)
            image = self.require_visible(image_id, grant)
            if not grant.any_focus:
                _require_own_part(image, size)
            renderer.render(image_id, image, size, format_, pending.descriptor)
            served = self._publish(image_id, image, format_, pending)
            return served.until(self._end(image, grant))

    def _make_in_background(
        self, image_id: str, size: Size, format_: Format, grant: Grant, *, anew: bool
    ) -> None:
        try:
            self._make(image_id, size, format_, self._renderer, grant, anew=anew).close()
        except HuimagesError as error:
            # Not a fault: the image was removed, the server is busy, or the format can't hold
            # the picture.  Clients have another file.
            log.info(
                "rendition not made: image=%s format=%s error=%s",
                image_id,
                format_.extension,
                error,
            )

    def _require_room(self, pending: PendingRendition) -> None:
        limit = self._cache.max_per_image
        if limit and pending.others >= limit:
            raise SizeNotAllowed(f"the image has {limit} renditions already, which is the limit")

    def _publish(
        self, image_id: str, image: Image | None, format_: Format, pending: PendingRendition
    ) -> OpenImage:
        # Without the record it is not known whether the days are limited.
        limited = image is None or self._showing.needs_checks(image)
        published = pending.publish(image.rights.mark if image else "", limited=limited)
        if published is None:
            # Not kept: the image was removed since, or the disk is full.
            self.require_visible(image_id, Grant(any_day=True))
        modified = published.modified if published else float(int(time.time()))
        path = published.path if published else None
        file = pending.opened()
        return OpenImage(
            file, pending.length, modified, format_.contenttype, file.close, cached=path
        )


def _require_own_part(image: Image | None, size: Size) -> None:
    """Raise OutdatedSize if the size names another focal point or content box."""
    general = size.plain.at_density(size.density)
    if size == general:
        return
    if image is None:
        raise StorageUnavailable("the focal point is unknown while the metadata storage is down")
    if size != (right := image.shown_in(general)):
        raise OutdatedSize(str(right))
