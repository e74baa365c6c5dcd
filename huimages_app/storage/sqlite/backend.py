"""All metadata of a site in one SQLite file."""

from __future__ import annotations

import logging
from pathlib import Path

from ..interfaces import MetadataBackend
from .annotations import SqliteAnnotations
from .connection import PATIENCE, Connections
from .documents import SqliteDocuments
from .images import SqliteImages
from .search import SqliteSearch

log = logging.getLogger(__name__)


class SqliteBackend(MetadataBackend):
    """Metadata in `file`, created on first use.  Any number of threads and processes."""

    def __init__(self, file: Path, *, patience: float = PATIENCE) -> None:
        self._connections = Connections(file, patience)
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

    def close(self) -> None:
        self._connections.close()
