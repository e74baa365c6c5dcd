"""Make previews and chosen renditions of new pictures in the background."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.models import Image
from ..domain.sizes import Size
from .background import Worker
from .previews import Previews
from .renditions import Renditions


class Prerendering:
    """Makes the previews of a new picture, then the renditions of `sizes`."""

    def __init__(
        self, previews: Previews, renditions: Renditions, sizes: Sequence[Size], worker: Worker
    ) -> None:
        self._previews = previews
        self._renditions = renditions
        self._sizes = sizes
        self._worker = worker

    def begin(self, image: Image) -> None:
        """Queue the work for one image; dropped if the queue is full."""
        self._worker.submit(f"prerender {image.id}", lambda: self._make(image))

    def _make(self, image: Image) -> None:
        # One decoding for all: the renditions are made from the previews.
        self._previews.make(image.id)
        for size in self._sizes:
            self._renditions.make(image.id, image.shown_in(size), size.format_for())
