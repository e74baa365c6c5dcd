"""All metadata of a site in three CouchDB databases."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from ..interfaces import MetadataBackend
from . import install_views
from .annotations import CouchAnnotations
from .client import Server
from .documents import CouchDocuments
from .images import CouchImages
from .retry import StripedLocks
from .search import CouchSearch


class DatabaseNames(NamedTuple):
    """The databases of a site; the first two are those of huImages 2.2."""

    images: str = "huimages"
    visitors: str = "huimages_meta"
    documents: str = "huimages_accounts"


class CouchBackend(MetadataBackend):
    """Metadata in databases of a server, which several processes and machines may share.

    The views must exist: `setup` installs them, `prepare` does so if it is quick.
    """

    def __init__(self, server: Server, names: DatabaseNames) -> None:
        self._server = server
        self._images = server.database(names.images)
        self._visitors = server.database(names.visitors)
        self._documents = server.database(names.documents)
        stripes = StripedLocks(patience=server.session.timeout)
        annotations = CouchAnnotations(self._images, self._visitors, stripes)
        self.annotations = self._annotations = annotations
        self.images = CouchImages(self._images, annotations, stripes)
        self.search = CouchSearch(self._images, self._visitors)
        self.documents = CouchDocuments(
            self._documents, StripedLocks(patience=server.session.timeout)
        )

    def setup(self, *, old_marks: bool = False) -> list[str]:
        done = [
            install_views.install(self._images, "images", wait=True),
            install_views.install(self._visitors, "visitors", wait=True),
            install_views.create(self._documents),
        ]
        if old_marks:
            updated = self._annotations.bring_up()
            done.append(f"{self._visitors.name}: {updated} old marks brought up")
        return done

    def prepare(self) -> None:
        for database, folder in ((self._images, "images"), (self._visitors, "visitors")):
            install_views.log_refusal(partial(install_views.install, database, folder, wait=False))
        install_views.log_refusal(partial(install_views.create, self._documents))

    def check(self) -> None:
        for database in (self._images, self._visitors):
            database.size()

    def close(self) -> None:
        self._server.close()
