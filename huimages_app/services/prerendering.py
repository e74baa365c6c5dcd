"""What is made of a picture in the background once it has been uploaded."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.formats import JPEG
from ..domain.models import Image
from ..domain.sizes import Size
from .background import Worker
from .previews import Chain
from .renditions import Renditions


class Preparing:
    """Makes the chain of a new picture, and then renditions of chosen sizes."""

    def __init__(
        self, chain: Chain, renditions: Renditions, sizes: Sequence[Size], worker: Worker
    ) -> None:
        self._chain = chain
        self._renditions = renditions
        self._sizes = sizes
        self._worker = worker

    def begin(self, image: Image) -> None:
        """Have it done after what waits already; forgotten if too much does."""
        self._worker.submit(f"prepare {image.id}", lambda: self._prepare(image.id))

    def _prepare(self, image_id: str) -> None:
        # From one decoding: the sizes are made from the copies.
        self._chain.make(image_id)
        for size in self._sizes:
            self._renditions.get(image_id, size, JPEG).close()
