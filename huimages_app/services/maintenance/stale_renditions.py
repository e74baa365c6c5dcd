"""Find and remove cached renditions that may not be served, or that state outdated rights.

A process killed between trashing an image, or changing its rights, and emptying its cache
leaves them behind; a web server in front of the cache then serves a trashed picture without
asking the application.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Iterator

from ...cache.renditions import RenditionCache
from ...domain.models import Image
from ...errors import StorageUnavailable, UnknownImage
from ...storage.interfaces import MetadataBackend

log = logging.getLogger(__name__)

_BATCH = 500  # records read at once
_RETRY = 60.0  # seconds


class StaleRenditions:
    """Compares the cache with the records.  Thread-safe."""

    def __init__(self, metadata: MetadataBackend, cache: RenditionCache) -> None:
        self._images = metadata.images
        self._cache = cache
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def find(self) -> Iterator[str]:
        """Yield the IDs of cached images that may not be served; raises StorageUnavailable."""
        cached = self._cache.image_ids()
        while batch := list(itertools.islice(cached, _BATCH)):
            records = self._images.get_many(batch)
            for image_id in batch:
                if self._is_stale(image_id, records.get(image_id)) and self._is_stale_now(image_id):
                    yield image_id

    def remove(self, image_id: str) -> None:
        """Remove the renditions of one image; raises StorageUnavailable."""
        self._cache.remove(image_id)
        log.warning("stale renditions removed: image=%s", image_id)

    def start(self) -> None:
        """Remove all stale renditions once, in a separate thread."""
        self._thread = threading.Thread(target=self._run, name="huimages-stale", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                for image_id in self.find():
                    self.remove(image_id)
                    if self._stop.is_set():
                        return
            except StorageUnavailable as error:
                log.warning(
                    "stale renditions not checked: retry_seconds=%g error=%s", _RETRY, error
                )
                self._stop.wait(_RETRY)
            else:
                return

    def _is_stale(self, image_id: str, record: Image | None) -> bool:
        if record is None or record.trashed is not None:
            return True
        return self._cache.is_outdated(image_id, record.rights.mark)

    def _is_stale_now(self, image_id: str) -> bool:
        # The image may have been uploaded, restored or changed since the batch was read.
        try:
            return self._is_stale(image_id, self._images.get(image_id))
        except UnknownImage:
            return True
