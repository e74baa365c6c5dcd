"""All metadata of a site in one SQLite file."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Generator, Iterable
from pathlib import Path

from ...errors import StorageUnavailable
from ..interfaces import MetadataBackend
from ..snapshots import SnapshotItem
from . import snapshot
from .annotations import SqliteAnnotations
from .connection import LOCK_TIMEOUT, Connections
from .documents import SqliteDocuments
from .images import SqliteImages
from .search import SqliteSearch

log = logging.getLogger(__name__)


class SqliteBackend(MetadataBackend):
    """Metadata in `file`, created on first use.  Any number of threads and processes."""

    def __init__(self, file: Path, *, timeout: float = LOCK_TIMEOUT) -> None:
        self._connections = Connections(file, timeout)
        log.info(
            "metadata connections: file=%s limit=%d",
            file,
            self._connections.size,
        )
        self.images = SqliteImages(self._connections)
        self.search = SqliteSearch(self._connections)
        self.annotations = SqliteAnnotations(self._connections)
        self.documents = SqliteDocuments(self._connections)

    def check(self) -> None:
        self.search.count()

    def require_supported(self) -> None:
        # A damaged file does not stop the start: cached pictures are still served.
        with contextlib.suppress(StorageUnavailable):
            self.check()

    def export(self) -> Generator[SnapshotItem, None, None]:
        return snapshot.export(self._connections)

    def load(self, items: Iterable[SnapshotItem]) -> None:
        snapshot.load_all(self._connections, items)

    def is_empty(self, ignored: str = "") -> bool:
        return snapshot.is_empty(self._connections, ignored)

    def close(self) -> None:
        self._connections.close()
