"""The contracts of metadata and documents, with CouchDB."""

from collections.abc import Callable

import pytest

from huimages_app.errors import BadInput
from huimages_app.storage.couchdb import CouchBackend
from tests.support.couch import Site
from tests.support.processes import free_port

from .documents import DocumentsContract
from .jobs_undone import UndoneJobsContract
from .metadata import MetadataContract
from .metadata_inner_search import InnerSearchContract
from .samples import an_id, an_image, change, put
from .saved_searches import SavedSearchesContract
from .spreadsheets import SpreadsheetsContract
from .tag_renaming import TagRenamingContract


@pytest.fixture
def unreachable() -> Site:
    """Return a site on a port without a server."""
    return Site(f"http://127.0.0.1:{free_port()}/", timeout=1)


class TestCouchMetadata(MetadataContract, InnerSearchContract):
    @pytest.fixture
    def opener(self, couchdb_site: Site) -> Callable[[], CouchBackend]:
        return couchdb_site.metadata

    @pytest.fixture
    def down(self, unreachable: Site) -> CouchBackend:
        return unreachable.metadata()


class TestCouchJobs(UndoneJobsContract):
    in_kill = 40

    @pytest.fixture
    def opener(self, couchdb_site: Site) -> Callable[[], CouchBackend]:
        return couchdb_site.metadata


class TestCouchSpreadsheets(SpreadsheetsContract):
    @pytest.fixture
    def opener(self, couchdb_site: Site) -> Callable[[], CouchBackend]:
        return couchdb_site.metadata


class TestCouchTagRenaming(TagRenamingContract):
    @pytest.fixture
    def opener(self, couchdb_site: Site) -> Callable[[], CouchBackend]:
        return couchdb_site.metadata


class TestCouchDocuments(DocumentsContract, SavedSearchesContract):
    @pytest.fixture
    def opener(self, couchdb_site: Site) -> Callable[[], CouchBackend]:
        return couchdb_site.metadata

    @pytest.fixture
    def down(self, unreachable: Site) -> CouchBackend:
        return unreachable.metadata()


def test_lone_surrogate_raises_bad_input(couchdb_site: Site) -> None:
    store = couchdb_site.metadata()
    put(store, an_image(1))
    with pytest.raises(BadInput, match="half a character"):
        change(store, an_id(1), titles=("\ud800",))
    with pytest.raises(BadInput, match="half a character"):
        store.annotations.get(an_id(1), "\ud800")
    assert store.images.get(an_id(1)) == an_image(1)
    store.close()
