"""Serve a JPEG at once while the best format that the client accepts is made."""

from __future__ import annotations

from ..domain.formats import JPEG, Format
from ..domain.sizes import Size
from .open_image import OpenImage
from .renditions import Renditions
from .size_policy import UNLIMITED_FOCUS, Grant


class Negotiation:
    """Renditions in the best format that a client accepts.  Thread-safe."""

    def __init__(self, renditions: Renditions) -> None:
        self._renditions = renditions

    def get(
        self, image_id: str, size: Size, best: Format, grant: Grant = UNLIMITED_FOCUS
    ) -> tuple[OpenImage, bool]:
        """Return a rendition, and whether its format is `best`.

        Slow formats are never made inside a request: until they are cached, the rendition
        is a JPEG.  Raises what `Renditions.get` raises.
        """
        if best == JPEG:
            return self._renditions.get(image_id, size, JPEG, grant), True
        if served := self._renditions.cached(image_id, size, best, grant):
            return served, True
        # The JPEG first: it checks that the image may be served at all.
        served = self._renditions.get(image_id, size, JPEG, grant)
        self._renditions.make_later(image_id, size, best, grant)
        return served, False
