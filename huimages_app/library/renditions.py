"""Handing out pictures: originals as they are, renditions made on the first request."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ..errors import BadOriginal, Busy, OtherFocus, SizeNotAllowed, StoreDown, UnknownImage
from ..formats import Format
from ..imaging import Limits, Quality, RenditionTarget, render, sniff
from ..sizes import CENTRE, Size
from ..stores.base import Image, Metadata, Originals
from .chain import Chain
from .measures import Measures
from .served import Served, served_rendition
from .slots import Slots

if TYPE_CHECKING:
    from ..stores.cache import RenditionCache

log = logging.getLogger(__name__)

# Enough of a file to tell its format by.
_HEAD = 64


class Renditions:
    """Makes renditions and keeps them.  Thread-safe, and safe with several processes."""

    def __init__(
        self,
        originals: Originals,
        metadata: Metadata,
        cache: RenditionCache,
        *,
        quality: Quality,
        limits: Limits,
        slots: Slots,
        measures: Measures,
        chain: Chain | None = None,
        per_image: int = 0,
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._cache = cache
        self._quality = quality
        self._limits = limits
        self._slots = slots
        self._measures = measures
        self._chain = chain
        self._per_image = per_image  # renditions kept of one image at most; 0: no limit

    def get(self, image_id: str, size: Size, format_: Format, *, any_focus: bool = True) -> Served:
        """The rendition, from the cache or made now.

        A hit asks no store.  Without `any_focus` a rendition is made around the focal point
        that is stored, or the centre, and no other.  Raises UnknownImage, RemovedImage,
        StoreDown, BadOriginal, Busy, OtherFocus, and SizeNotAllowed where there are too many
        of this image.
        """
        if served := self.find(image_id, size, format_):
            return served
        with (
            self._turn(self._slots.admitted()),
            self._cache.lock(f"{image_id}/{size}.{format_.extension}"),
        ):
            # Whoever waited for the lock finds what the first one made.
            return self.find(image_id, size, format_) or self._made(
                image_id, size, format_, any_focus=any_focus
            )

    def find(self, image_id: str, size: Size, format_: Format) -> Served | None:
        """The rendition, if it is in the cache.  Asks no store."""
        path = self._cache.find(image_id, size, format_)
        try:
            served = served_rendition(path.open("rb"), format_, path) if path else None
        except FileNotFoundError:  # evicted since it was found
            return None
        if served is not None:
            self._measures.count("hits")
        return served

    def original(self, image_id: str) -> Served:
        """The bytes as they were uploaded.

        Raises UnknownImage, RemovedImage, StoreDown, and BadOriginal for one cut short.
        """
        image = self.require_served(image_id)
        with ExitStack() as stack:
            file = stack.enter_context(self._originals.open(image_id))
            contenttype = sniff(file.read(_HEAD))
            length = file.seek(0, os.SEEK_END)
            file.seek(0)
            # Caches would keep the rest of it for ever.  (Old records tell no length.)
            if image and image.length and length != image.length:
                raise BadOriginal(
                    f"the original of {image_id} has {length:,} bytes, and had {image.length:,}"
                )
            modified = image.created.timestamp() if image else None
            close = stack.pop_all().close
        # An ID alone says which bytes are meant.
        return Served(file, length, modified, contenttype, close, etag=image_id)

    def original_address(self, image_id: str, filename: str, seconds: int) -> str | None:
        """Where a client can fetch the original itself, for `seconds`; None if nowhere.

        Raises UnknownImage, RemovedImage, StoreDown.
        """
        image = self.require_served(image_id)
        filename = filename or (image.filename if image else "") or image_id
        return self._originals.address(image_id, filename=filename, seconds=seconds)

    def uncached(self, image_id: str, size: Size, format_: Format) -> Served:
        """The rendition of an image in the trash too, for those who look after it.

        Made for each request and kept nowhere, so that no web server has it to give away.
        Raises UnknownImage, StoreDown, BadOriginal, Busy.
        """
        with TemporaryDirectory() as folder:
            path = Path(folder, "rendition")
            with self._turn(self._slots.taken()), self._measures.timed("renderings"):
                self._render(image_id, None, size, format_, path)
            return served_rendition(path.open("rb"), format_, None)

    def require_served(self, image_id: str) -> Image | None:
        """The record of an image that may be served; raises UnknownImage, RemovedImage.

        None while the metadata store is down: pictures go on being served without it.
        """
        try:
            image = self._metadata.get(image_id)
        except StoreDown as error:
            log.warning("serving %s without asking the metadata store: %s", image_id, error)
            return None
        if image.trashed is not None:
            raise UnknownImage(f"there is no image {image_id}")
        return image

    def _made(self, image_id: str, size: Size, format_: Format, *, any_focus: bool) -> Served:
        if self._per_image and self._cache.count(image_id) >= self._per_image:
            raise SizeNotAllowed(f"there are {self._per_image} renditions of this image already")
        # The folder of the image is entered before the record is read, so that a removal
        # after the reading takes the folder away, and what is published into it.
        with self._cache.filling(image_id, size, format_) as filling:
            image = self.require_served(image_id)
            if not any_focus:
                _require_own_focus(image, size)
            with self._turn(self._slots.taken()), self._measures.timed("renderings"):
                begun = time.monotonic()
                self._render(image_id, image, size, format_, filling.path)
            took = 1000 * (time.monotonic() - begun)
            log.debug("made %s/%s.%s in %.0f ms", size, image_id, format_.extension, took)
            with ExitStack() as stack:
                file = stack.enter_context(filling.path.open("rb"))
                cached = filling.publish()
                if cached is None:
                    # Not kept: the image was removed meanwhile, or the disk is full.
                    self.require_served(image_id)
                stack.pop_all()
        return served_rendition(file, format_, cached)

    @contextmanager
    def _turn(self, slots: AbstractContextManager[None]) -> Iterator[None]:
        """Hold what the slots give; who gets nothing is counted."""
        with ExitStack() as stack:
            try:
                stack.enter_context(slots)
            except Busy:
                self._measures.count("refusals")
                raise
            yield

    def _render(
        self, image_id: str, image: Image | None, size: Size, format_: Format, target: Path
    ) -> None:
        if image and self._chain and self._rendered_from_copy(image, size, format_, target):
            return
        with self._originals.open(image_id) as original:
            # One that can't be decoded stays as it is: an error must never cost anybody a
            # picture.  Whoever answers, or works in the background, logs it.
            render(original, RenditionTarget(size, format_, target), self._quality, self._limits)
        if image and self._chain:
            self._chain.make_later(image, size)

    def _rendered_from_copy(self, image: Image, size: Size, format_: Format, target: Path) -> bool:
        copy = self._chain.open(image, size) if self._chain else None
        if copy is None:
            return False
        upright = (image.width, image.height)
        with copy:
            try:
                made = RenditionTarget(size, format_, target)
                render(copy, made, self._quality, self._limits, full_size=upright)
            except BadOriginal as error:
                log.warning("a copy of %s is damaged, using the original: %s", image.id, error)
                return False
        return True


def _require_own_focus(image: Image | None, size: Size) -> None:
    if size.focus == CENTRE:
        return
    if image is None:
        raise StoreDown("nobody can tell the focal point while the metadata store is down")
    right = size.plain.focused(image.focus).focus
    if size.focus != right:
        raise OtherFocus(f"the focal point of this image is {right[0]},{right[1]}", right)
