"""Render one rendition from a preview or the original, within the limits of the process."""

from __future__ import annotations

import copy
import logging
import os
import time
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from ..domain.formats import Format
from ..domain.models import Image
from ..domain.sizes import Size
from ..errors import CorruptOriginal
from ..imaging import Decoder, Quality, RenditionTarget, Watermark, xmp_packet
from ..observation.steps import step
from ..storage.interfaces import Originals
from .concurrency import RenderLimiter
from .previews import Previews

log = logging.getLogger(__name__)


class Renderer:
    """Renders into files.  Thread-safe."""

    def __init__(
        self,
        originals: Originals,
        previews: Previews | None,
        quality: Quality,
        *,
        decoder: Decoder,
        render_limiter: RenderLimiter,
        watermark: Watermark | None = None,
    ) -> None:
        self._originals = originals
        self._previews = previews
        self._quality = quality
        self._decoder = decoder
        self._render_limiter = render_limiter
        self._watermark = watermark

    def quick(self) -> Renderer:
        """Return a renderer for requests that wait, of files that are larger and no worse."""
        quick = copy.copy(self)
        quick._quality = self._quality.quick()
        return quick

    def is_slow(self, size: Size, format_: Format) -> bool:
        """Return whether a rendition takes so long that a quick one is made first."""
        return self._quality.takes_long(format_, size.options)

    def admission(self) -> AbstractContextManager[None]:
        """Count a request that waits for a rendition; raises ServerBusy for too many."""
        return self._render_limiter.admission()

    def render(
        self,
        image_id: str,
        image: Image | None,
        size: Size,
        format_: Format,
        target: Path | int,
    ) -> None:
        """Write the rendition to `target`; without a record (None) from the original.

        Its XMP packet states the rights of the record, or else those that the original states.

        `target` is a path or a descriptor.  Raises UnknownImage, StorageUnavailable,
        CorruptOriginal, ServerBusy.
        """
        rendition = RenditionTarget(
            size,
            format_,
            target,
            content=image.content if image else None,
            watermark=self._watermark if size.options.watermark else None,
            packet=xmp_packet(image.rights) if image else None,
        )
        with self._render_limiter.slot():
            begun = time.monotonic()
            if not (image and self._from_preview(image, rendition)):
                self._from_original(image_id, image, rendition)
        self._report_excess(image_id, size, target)
        milliseconds = 1000 * (time.monotonic() - begun)
        log.debug("rendered: image=%s size=%s milliseconds=%.0f", image_id, size, milliseconds)

    def _report_excess(self, image_id: str, size: Size, target: Path | int) -> None:
        limit = size.options.max_bytes
        if limit and (length := os.stat(target).st_size) > limit:  # noqa: PTH116 - or a descriptor
            log.error(
                "rendition larger than its limit: image=%s size=%s bytes=%d max_bytes=%d",
                *(image_id, size, length, limit),
            )

    def _from_original(
        self, image_id: str, image: Image | None, rendition: RenditionTarget
    ) -> None:
        with ExitStack() as stack:
            with step("fetch"):
                original = stack.enter_context(self._originals.open(image_id))
            # An original that can't be decoded stays as it is: never delete data on an error.
            self._decoder.render(original, rendition, self._quality)
        if image and self._previews:
            self._previews.make_later(image, rendition.size)

    def _from_preview(self, image: Image, rendition: RenditionTarget) -> bool:
        preview = self._previews.open(image, rendition.size) if self._previews else None
        if preview is None:
            return False
        full_size = (image.width, image.height)
        with preview:
            try:
                self._decoder.render(preview, rendition, self._quality, full_size)
            except CorruptOriginal as error:
                log.warning("damaged preview not used: image=%s error=%s", image.id, error)
                return False
        return True
