"""Remove the renditions of images that another node trashed, removed or gave other rights."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from ...cache.renditions import RenditionCache
from ...domain.files import atomic_write
from ...domain.models import Changes
from ...errors import BadCursor, StorageUnavailable
from ...storage.interfaces import MetadataBackend

log = logging.getLogger(__name__)

_PIECE = 1000


class CacheInvalidator:
    """Prepares the metadata, then merges conflicts and reads changes every `interval` seconds.

    Runs in a separate thread.  The file `checkpoint` holds the position in the changes, so
    that a node which was switched off catches up.  Unavailable storage is tried again.
    """

    def __init__(
        self,
        metadata: MetadataBackend,
        cache: RenditionCache,
        checkpoint: Path,
        interval: float,
    ) -> None:
        self._metadata = metadata
        self._cache = cache
        self._checkpoint = checkpoint
        self._interval = interval
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to read the changes."""
        self._thread = threading.Thread(target=self._follow, name="huimages-follower", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop reading the changes."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def catch_up(self) -> int:
        """Process all changes up to now; return the number of images removed from the cache."""
        removed = 0
        while True:
            since = self._read()
            try:
                changes = self._metadata.search.changes(since, _PIECE)
            except BadCursor:
                if not since:
                    raise
                # The checkpoint is of another store: read this one from its beginning.
                log.warning(
                    "the changes in %s are of another store; reading anew", self._checkpoint
                )
                self._write("")
                continue
            outdated = [*changes.gone, *self._with_other_rights(changes)]
            for image_id in outdated:
                self._cache.remove(image_id)
            removed += len(outdated)
            if changes.since != since:
                self._write(changes.since)
            if not changes.ids:
                return removed

    def _with_other_rights(self, changes: Changes) -> Iterator[str]:
        """Yield the changed images whose cached renditions state other rights than the record."""
        shown = [image_id for image_id in changes.ids if image_id not in changes.gone]
        cached = [image_id for image_id in shown if self._cache.count(image_id)]
        if not cached:
            return
        for image_id, image in self._metadata.images.get_many(cached).items():
            if self._cache.is_outdated(image_id, image.rights.mark):
                yield image_id

    def _follow(self) -> None:
        prepared = False
        while not self._stop.is_set():
            try:
                if not prepared:
                    self._metadata.prepare()
                    prepared = True
                self._metadata.merge_conflicts()
                self.catch_up()
            except StorageUnavailable as error:
                log.warning("not following the changes for now: %s", error)
            except OSError:
                log.exception("the cache can't be kept up with the changes")
            self._stop.wait(self._interval)

    def _read(self) -> str:
        try:
            return self._checkpoint.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def _write(self, since: str) -> None:
        self._checkpoint.parent.mkdir(parents=True, exist_ok=True)
        # The processes of one node share the cache and the checkpoint.
        with atomic_write(self._checkpoint) as file:
            file.write(since.encode())
