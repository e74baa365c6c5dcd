"""All metadata of a site in three CouchDB databases."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable
from functools import partial
from typing import NamedTuple

from ...errors import StorageUnavailable
from ..interfaces import MetadataBackend
from ..snapshots import SnapshotItem
from . import install_views
from .annotations import CouchAnnotations
from .client import Server
from .conflicts import merge_annotations, merge_documents, merge_images
from .documents import CouchDocuments
from .images import CouchImages
from .retry import StripedLocks, retry_on_conflict
from .search import CouchSearch
from .snapshot import CouchSnapshot
from .tag_counts import TagCounts


class DatabaseNames(NamedTuple):
    """The databases of a site; the first two are those of huImages 2.2."""

    images: str = "huimages"
    visitors: str = "huimages_meta"
    documents: str = "huimages_accounts"


class CouchBackend(MetadataBackend):
    """Metadata in databases of a server, which several processes and machines may share.

    The views must exist: `setup` installs them, and `prepare` does if that is quick.
    """

    def __init__(self, server: Server, names: DatabaseNames) -> None:
        self._server = server
        self._images = server.database(names.images, merge_images)
        self._visitors = server.database(names.visitors, merge_annotations)
        self._documents = server.database(names.documents, merge_documents)
        locks = StripedLocks(server.timeout)
        tags = TagCounts(self._visitors)
        self.annotations = self._annotations = CouchAnnotations(
            self._images, self._visitors, locks, tags
        )
        self.images = self._image_store = CouchImages(self._images, self._annotations, locks)
        self.search = CouchSearch(self._images, self._visitors, tags)
        self.documents = CouchDocuments(self._documents, StripedLocks(server.timeout))
        self._snapshot = CouchSnapshot(self._images, self._visitors, self._documents)

    def setup(self, *, legacy_annotations: bool = False) -> list[str]:
        done = [
            install_views.install(self._images, "images", wait=True),
            install_views.install(self._visitors, "visitors", wait=True),
            install_views.create(self._documents),
        ]
        if legacy_annotations:
            updated = self._annotations.bring_up()
            done.append(f"{self._visitors.name}: {updated} annotations of huImages 2.2 updated")
        return done

    def prepare(self) -> None:
        for database, folder in ((self._images, "images"), (self._visitors, "visitors")):
            install_views.log_refusal(partial(install_views.install, database, folder, wait=False))
        install_views.log_refusal(partial(install_views.create, self._documents))

    def require_supported(self) -> None:
        with contextlib.suppress(StorageUnavailable):
            install_views.require_known_format(self._images)

    def export(self) -> Generator[SnapshotItem, None, None]:
        return self._snapshot.export()

    def load(self, items: Iterable[SnapshotItem]) -> None:
        self._snapshot.load(items)

    def is_empty(self, ignored: str = "") -> bool:
        return self._snapshot.is_empty(ignored)

    def merge_conflicts(self) -> int:
        merged = 0
        for document_id in self._images.conflicting():
            merged += self._image_store.merge(document_id)
        for document_id in self._visitors.conflicting():
            merged += self._annotations.merge(document_id)
        for document_id in self._documents.conflicting():
            merged += retry_on_conflict(partial(self._documents.merge, document_id))
        return merged

    def repair(self) -> int:
        return self._annotations.repair_summaries()

    def check(self) -> None:
        for database in (self._images, self._visitors):
            database.size()

    def reading(self) -> contextlib.AbstractContextManager[None]:
        return self._server.transport.reading()

    def close(self) -> None:
        self._server.close()
