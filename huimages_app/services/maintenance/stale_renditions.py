"""Find and remove cached renditions that may not be served any more, or are outdated.

Those of images in the trash or removed, and those that state other rights than the record: a
process killed between the change and emptying the cache leaves them behind.  And those of
presets as they were defined before.  A web server in front of the cache would serve all of them
without asking the application.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Collection, Iterator

from ...cache.file_names import LIMITED_PREFIX
from ...cache.renditions import RenditionCache
from ...domain.models import Image
from ...domain.named_sizes import is_outdated
from ...errors import StorageUnavailable, UnknownImage
from ...storage.interfaces import MetadataBackend

log = logging.getLogger(__name__)

_BATCH = 500  # records read at once
_RETRY = 60.0  # seconds


class StaleRenditions:
    """Compares the cache with the records and the presets.  Thread-safe.

    `presets` are the cache names of the presets as they are defined now.
    """

    def __init__(
        self, metadata: MetadataBackend, cache: RenditionCache, presets: Collection[str]
    ) -> None:
        self._images = metadata.images
        self._presets = frozenset(presets)
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

    def remove_outdated(self) -> int:
        """Remove the renditions of presets that have changed; return the number of files.

        Raises StorageUnavailable.
        """
        removed = 0
        for image_id in self._cache.image_ids():
            if self._stop.is_set():
                break
            removed += self._cache.remove_files(
                image_id,
                lambda name: is_outdated(name.removeprefix(LIMITED_PREFIX), self._presets),
            )
        if removed:
            log.info("renditions of changed presets removed: files=%d", removed)
        return removed

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
                self.remove_outdated()
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
            is_stale = self._is_stale(image_id, self._images.get(image_id))
        except UnknownImage:
            is_stale = True
        # A preview or rendition that was begun after the removal has made an empty folder.  It
        # finds no record, publishes nothing, and removes the folder.
        return is_stale and self._cache.has_files(image_id)
