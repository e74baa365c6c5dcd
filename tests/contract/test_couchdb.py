"""The CouchDB stores keep what every store promises."""

from collections.abc import Callable

import pytest

from huimages_app.errors import BadInput
from huimages_app.storage.couchdb import CouchMetadata, CouchRecords
from tests.support.couch import Site
from tests.support.processes import free_port

from .metadata import MetadataContract
from .records import RecordsContract
from .samples import an_id, an_image, change, put


@pytest.fixture
def nobody() -> Site:
    """A site on a port where nobody listens."""
    return Site(f"http://127.0.0.1:{free_port()}/", timeout=1)


class TestCouchMetadata(MetadataContract):
    @pytest.fixture
    def opener(self, couchdb_site: Site) -> Callable[[], CouchMetadata]:
        return couchdb_site.metadata

    @pytest.fixture
    def down(self, nobody: Site) -> CouchMetadata:
        return nobody.metadata()


class TestCouchRecords(RecordsContract):
    @pytest.fixture
    def opener(self, couchdb_site: Site) -> Callable[[], CouchRecords]:
        return couchdb_site.records

    @pytest.fixture
    def down(self, nobody: Site) -> CouchRecords:
        return nobody.records()


def test_half_a_character_can_not_be_stored(couchdb_site: Site) -> None:
    store = couchdb_site.metadata()
    put(store, an_image(1))
    with pytest.raises(BadInput, match="half a character"):
        change(store, an_id(1), titles=("\ud800",))
    with pytest.raises(BadInput, match="half a character"):
        store.mark(an_id(1), "\ud800")
    assert store.get(an_id(1)) == an_image(1)
    store.close()
