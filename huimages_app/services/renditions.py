"""Handing out pictures: originals as they are, renditions made on the first request."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ..cache.renditions import RenditionCache
from ..domain.formats import Format
from ..domain.models import Image
from ..domain.sizes import CENTRE, Size
from ..errors import (
    CorruptOriginal,
    OtherFocus,
    ServerBusy,
    SizeNotAllowed,
    StorageUnavailable,
    UnknownImage,
)
from ..imaging import Limits, Quality, render, sniff
from ..storage.interfaces import MetadataBackend, Originals
from .metrics import Metrics
from .open_image import OpenImage, open_rendition
from .previews import Previews
from .render_limiter import RenderLimiter

log = logging.getLogger(__name__)

# Enough of a file to tell its format by.
_HEAD = 64


class Renditions:
    """Makes renditions and keeps them.  Thread-safe, and safe with several processes."""

    def __init__(
        self,
        originals: Originals,
        metadata: MetadataBackend,
        cache: RenditionCache,
        *,
        quality: Quality,
        limits: Limits,
        render_limiter: RenderLimiter,
        metrics: Metrics,
        chain: Previews | None = None,
        per_image: int = 0,
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._cache = cache
        self._quality = quality
        self._limits = limits
        self._render_limiter = render_limiter
        self._metrics = metrics
        self._previews = chain
        self._per_image = per_image  # renditions kept of one image at most; 0: no limit

    def get(
        self, image_id: str, size: Size, format_: Format, *, any_focus: bool = True
    ) -> OpenImage:
        """The rendition, from the cache or made now.

        A hit asks no store.  Without `any_focus` a rendition is made around the focal point
        that is stored, or the centre, and no other.  Raises UnknownImage, RemovedImage,
        StorageUnavailable, CorruptOriginal, ServerBusy, OtherFocus, and SizeNotAllowed where
        the cache has too many renditions of this image.
        """
        if served := self.find(image_id, size, format_):
            return served
        with (
            self._turn(self._render_limiter.admission()),
            self._cache.lock(f"{image_id}/{size}.{format_.extension}"),
        ):
            # Whoever waited for the lock finds what the first one made.
            return self.find(image_id, size, format_) or self._made(
                image_id, size, format_, any_focus=any_focus
            )

    def find(self, image_id: str, size: Size, format_: Format) -> OpenImage | None:
        """The rendition, if it is in the cache.  Asks no store."""
        file = self._cache.open(image_id, size, format_)
        if file is None:
            return None
        self._metrics.count("hits")
        return open_rendition(file, format_, self._cache.path(image_id, size, format_))

    def original(self, image_id: str) -> OpenImage:
        """The bytes as they were uploaded.

        Raises UnknownImage, RemovedImage, StorageUnavailable, and CorruptOriginal for a
        truncated one.
        """
        image = self.require_visible(image_id)
        with ExitStack() as stack:
            file = stack.enter_context(self._originals.open(image_id))
            contenttype = sniff(file.read(_HEAD))
            length = file.seek(0, os.SEEK_END)
            file.seek(0)
            # Caches would keep the rest of it for ever.  (Old records tell no length.)
            if image and image.length and length != image.length:
                raise CorruptOriginal(
                    f"the original of {image_id} has {length:,} bytes, and had {image.length:,}"
                )
            modified = image.created.timestamp() if image else None
            close = stack.pop_all().close
        # An ID alone says which bytes are meant.
        return OpenImage(file, length, modified, contenttype, close, etag=image_id)

    def original_address(self, image_id: str, filename: str, seconds: int) -> str | None:
        """Where a client can fetch the original itself, for `seconds`; None if nowhere.

        Raises UnknownImage, RemovedImage, StorageUnavailable.
        """
        image = self.require_visible(image_id)
        filename = filename or (image.filename if image else "") or image_id
        return self._originals.address(image_id, filename=filename, seconds=seconds)

    def uncached(self, image_id: str, size: Size, format_: Format) -> OpenImage:
        """The rendition of an image in the trash too, for those who look after it.

        Made for each request and kept nowhere, so that no web server has it to give away.
        Raises UnknownImage, StorageUnavailable, CorruptOriginal, ServerBusy.
        """
        with TemporaryDirectory() as folder:
            path = Path(folder, "rendition")
            with self._turn(self._render_limiter.slot()), self._metrics.timed("renderings"):
                self._render(image_id, None, size, format_, path)
            return open_rendition(path.open("rb"), format_, None)

    def require_visible(self, image_id: str) -> Image | None:
        """The record of an image that may be served; raises UnknownImage, RemovedImage.

        None while the metadata store is down: pictures go on being served without it.
        """
        try:
            image = self._metadata.images.get(image_id)
        except StorageUnavailable as error:
            log.warning("serving %s without asking the metadata store: %s", image_id, error)
            return None
        if image.trashed is not None:
            raise UnknownImage(f"there is no image {image_id}")
        return image

    def _made(self, image_id: str, size: Size, format_: Format, *, any_focus: bool) -> OpenImage:
        if self._per_image and self._cache.count(image_id) >= self._per_image:
            raise SizeNotAllowed(f"there are {self._per_image} renditions of this image already")
        # The folder of the image is entered before the record is read, so that a removal
        # after the reading takes the folder away, and what is published into it.
        with self._cache.pending(image_id, size, format_) as pending:
            image = self.require_visible(image_id)
            if not any_focus:
                _require_own_focus(image, size)
            with self._turn(self._render_limiter.slot()), self._metrics.timed("renderings"):
                begun = time.monotonic()
                self._render(image_id, image, size, format_, pending.path)
            took = 1000 * (time.monotonic() - begun)
            log.debug("made %s/%s.%s in %.0f ms", size, image_id, format_.extension, took)
            with ExitStack() as stack:
                file = stack.enter_context(pending.path.open("rb"))
                cached = pending.publish()
                if cached is None:
                    # Not kept: the image was removed meanwhile, or the disk is full.
                    self.require_visible(image_id)
                stack.pop_all()
        return open_rendition(file, format_, cached)

    @contextmanager
    def _turn(self, render_limiter: AbstractContextManager[None]) -> Iterator[None]:
        """Hold what the slots give; who gets nothing is counted."""
        with ExitStack() as stack:
            try:
                stack.enter_context(render_limiter)
            except ServerBusy:
                self._metrics.count("refusals")
                raise
            yield

    def _render(
        self, image_id: str, image: Image | None, size: Size, format_: Format, target: Path
    ) -> None:
        if image and self._previews and self._rendered_from_copy(image, size, format_, target):
            return
        with self._originals.open(image_id) as original:
            # One that can't be decoded stays as it is: an error must never cost anybody a
            # picture.  Whoever answers, or works in the background, logs it.
            render(original, size, format_, target, self._quality, self._limits)
        if image and self._previews:
            self._previews.make_later(image, size)

    def _rendered_from_copy(self, image: Image, size: Size, format_: Format, target: Path) -> bool:
        copy = self._previews.open(image, size) if self._previews else None
        if copy is None:
            return False
        upright = (image.width, image.height)
        with copy:
            try:
                render(copy, size, format_, target, self._quality, self._limits, upright=upright)
            except CorruptOriginal as error:
                log.warning("a copy of %s is damaged, using the original: %s", image.id, error)
                return False
        return True


def _require_own_focus(image: Image | None, size: Size) -> None:
    if size.focus == CENTRE:
        return
    if image is None:
        raise StorageUnavailable("nobody can tell the focal point while the metadata store is down")
    right = size.plain.focused(image.focus).focus
    if size.focus != right:
        raise OtherFocus(f"the focal point of this image is {right[0]},{right[1]}", right)
