"""Setup, health and closing of a site's storage."""

from __future__ import annotations

from collections.abc import Callable

from ...cache.counter import Usage
from ...cache.eviction import Pruned
from ...cache.renditions import RenditionCache
from ...errors import StorageUnavailable
from ...storage.interfaces import MetadataBackend, Originals
from ..background import Worker
from .stale_renditions import StaleRenditions


class Operations:
    """Sets up, checks and closes the storage.  Thread-safe."""

    def __init__(
        self,
        originals: Originals,
        metadata: MetadataBackend,
        cache: RenditionCache,
        worker: Worker,
        stale_renditions: StaleRenditions,
    ) -> None:
        self._originals = originals
        self._metadata = metadata
        self._cache = cache
        self._worker = worker
        self._stale_renditions = stale_renditions

    def start(self) -> None:
        """Begin what a server does once after its start: remove stale renditions."""
        self._stale_renditions.start()

    def setup(self, *, legacy_annotations: bool = False) -> list[str]:
        """Create what is missing of bucket, databases and views; return a line for each step."""
        return [
            *self._originals.setup(),
            *self._metadata.setup(legacy_annotations=legacy_annotations),
        ]

    def unavailable(self) -> list[str]:
        """Return the names of the storage that does not respond: "metadata", "originals"."""
        checks = {"metadata": self._metadata.check, "originals": self._originals.check}
        return [name for name, check in checks.items() if not _responds(check)]

    def cache_usage(self) -> Usage | None:
        """Return the files and bytes in the cache of this machine; None if they are not known."""
        return self._cache.counted()

    def prune_cache(self, max_bytes: int | None = None) -> Pruned:
        """Remove the least recently used renditions, down to `max_bytes` (None: the setting).

        Those of presets that have changed go first.
        """
        self._stale_renditions.remove_outdated()
        return self._cache.prune(max_bytes)

    def close(self) -> None:
        """Finish the job in the background, forget the waiting ones, close the storage."""
        self._stale_renditions.close()
        self._worker.close()
        self._metadata.close()
        self._originals.close()
        self._cache.close()


def _responds(check: Callable[[], None]) -> bool:
    try:
        check()
    except StorageUnavailable:
        return False
    return True
