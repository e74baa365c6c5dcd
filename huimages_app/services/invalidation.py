"""Remove an image from every cache: the renditions of this machine, and caches in front."""

from __future__ import annotations

import logging
import shlex
import threading
from collections.abc import Sequence

from ..cache.renditions import RenditionCache
from ..config.settings import Settings
from ..errors import StorageUnavailable
from ..observation.metrics import INVALIDATIONS
from ..purging.caches import CommandCache, FrontCache, HttpCache, PurgeFailed
from ..purging.journal import Entry, PurgeJournal

log = logging.getLogger(__name__)

# Seconds between looks at the journal, where commands and other processes add entries.
_INTERVAL = 5.0
_LONGEST_DELAY = 300.0  # seconds between two attempts


class Invalidation:
    """Removes images from caches.  Thread-safe.

    A request to a cache in front is written to the journal before `purge` returns, and sent by
    a thread of a server process on this machine.  It is sent until the cache confirms it, for
    at most `give_up` seconds; and once more `again` seconds later, since a response that was
    on its way may have been cached after the first request (0: never).
    """

    def __init__(
        self,
        cache: RenditionCache,
        journal: PurgeJournal,
        caches: Sequence[FrontCache],
        *,
        again: float,
        give_up: float,
    ) -> None:
        self._cache = cache
        self._journal = journal
        self._caches = {each.key: each for each in caches}
        self._again = again
        self._give_up = give_up
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        # Every removal of renditions is a removal from the caches in front.
        cache.on_remove(self.purge)

    @classmethod
    def of(cls, settings: Settings, cache: RenditionCache) -> Invalidation:
        """Return the service with the caches of the settings."""
        wanted = settings.invalidate
        caches: list[FrontCache] = [
            HttpCache(request.method, request.url, wanted.headers, wanted.timeout)
            for request in wanted.http
        ]
        if wanted.command:
            caches.append(CommandCache(shlex.split(wanted.command), wanted.timeout))
        journal = PurgeJournal(settings.var / "purges.sqlite")
        return cls(cache, journal, caches, again=wanted.again, give_up=wanted.give_up)

    def invalidate(self, image_id: str) -> None:
        """Remove the renditions of an image here, and what caches in front have of it.

        Raises StorageUnavailable.
        """
        self._cache.remove(image_id)

    def purge(self, image_id: str) -> None:
        """Remove an image from the caches in front only; raises StorageUnavailable."""
        if self._caches:
            self._journal.add(image_id, self._caches)
            self._wake.set()

    def waiting(self) -> int | None:
        """Return the number of images that caches have not removed yet; None without caches."""
        return self._journal.count() if self._caches else None

    def start(self) -> None:
        """Begin to send requests, in a separate thread."""
        if self._caches:
            self._thread = threading.Thread(target=self._run, name="huimages-purger", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop after the current request; the others stay in the journal."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                self.send_due()
            except StorageUnavailable as error:
                log.error("purges not sent: retry_seconds=%g error=%s", _INTERVAL, error)
            self._wake.wait(_INTERVAL)

    def send_due(self) -> None:
        """Send the requests that are due now; raises StorageUnavailable."""
        while not self._stop.is_set() and (entry := self._journal.take()):
            cache = self._caches.get(entry.cache)
            if cache is None:  # of earlier settings
                self._journal.remove(entry)
            else:
                self._send(cache, entry)

    def _send(self, cache: FrontCache, entry: Entry) -> None:
        try:
            cache.purge(entry.image_id)
        except PurgeFailed as error:
            self._note_failure(cache, entry, error)
            return
        INVALIDATIONS.labels("sent").inc()
        log.info("purged: image=%s cache=%s", entry.image_id, cache.name)
        self._journal.succeeded(entry, self._again)

    def _note_failure(self, cache: FrontCache, entry: Entry, error: PurgeFailed) -> None:
        age = self._journal.age(entry)
        if age >= self._give_up:
            self._journal.remove(entry)
            INVALIDATIONS.labels("given_up").inc()
            log.error(
                "purge given up, the cache may still serve the image: image=%s cache=%s "
                "seconds=%.0f error=%s",
                entry.image_id,
                cache.name,
                age,
                error,
            )
            return
        delay = min(_LONGEST_DELAY, 2.0 ** min(entry.attempts, 10))
        self._journal.failed(entry, delay)
        INVALIDATIONS.labels("failed").inc()
        log.warning(
            "purge failed: image=%s cache=%s retry_seconds=%.0f error=%s",
            entry.image_id,
            cache.name,
            delay,
            error,
        )
