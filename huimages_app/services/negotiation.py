"""The best format that a client takes, made in the background while it looks at a JPEG."""

from __future__ import annotations

import logging

from ..domain.formats import JPEG, Format
from ..domain.sizes import Size
from ..errors import HuimagesError
from .background import Worker
from .open_image import Served
from .renditions import Renditions

log = logging.getLogger(__name__)


class Negotiation:
    """Renditions in the format a client likes best.  Thread-safe."""

    def __init__(self, renditions: Renditions, worker: Worker) -> None:
        self._renditions = renditions
        self._worker = worker

    def get(
        self, image_id: str, size: Size, best: Format, *, any_focus: bool = True
    ) -> tuple[Served, bool]:
        """A rendition, and whether it is in the format that is `best`.

        Formats that take long are never made inside a request: until they are there, the
        rendition is a JPEG.  Raises what `Renditions.get` does.
        """
        if best == JPEG:
            return self._renditions.get(image_id, size, JPEG, any_focus=any_focus), True
        if served := self._renditions.find(image_id, size, best):
            return served, True
        # First, for it finds out whether there may be such a picture at all.
        served = self._renditions.get(image_id, size, JPEG, any_focus=any_focus)
        self._worker.submit(
            f"{image_id}/{size}.{best.extension}", lambda: self._make(image_id, size, best)
        )
        return served, False

    def _make(self, image_id: str, size: Size, best: Format) -> None:
        try:
            self._renditions.get(image_id, size, best).close()
        except HuimagesError as error:
            # Not a fault: the picture was removed, there is much to do, or the format can't
            # hold it.  Clients are content with the JPEG.
            log.info("%s is not made as %s: %s", image_id, best.extension, error)
