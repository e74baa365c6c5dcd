"""Conflicting revisions that exist already, as after a replication."""

from __future__ import annotations

import pytest

from huimages_app.domain.models import Query
from huimages_app.errors import RemovedImage
from huimages_app.storage.couchdb import CouchBackend
from tests.contract.metadata_concurrency import in_threads
from tests.contract.samples import START, an_id, annotate, change, ids_of
from tests.support.couch import Site
from tests.support.faults import FaultProxy

from .conftest import LOSING, OtherNode, accepted

pytestmark = pytest.mark.slow


@pytest.fixture
def conflicts(store: CouchBackend, couchdb_site: Site, other_node: OtherNode) -> None:
    """Conflicting revisions of an image, an annotation and an account."""
    change(store, an_id(1), titles=("first", "ours"), modified=START)
    annotate(store, an_id(1), "vera", tags=("sea", "ours"))
    store.documents.save("account", "vera", lambda _: {"addresses": []})
    store.documents.save("account", "vera", lambda _: {"addresses": ["ours"]})
    newer = {"mtime": "20300101T000000.000000"}
    other_node.write(
        couchdb_site.images, an_id(1), LOSING, title=["first", "theirs"], alt="theirs", **newer
    )
    other_node.write(
        couchdb_site.images, an_id(1), "1" * 32, references={"artnr": ["7"]}, types=["product"]
    )
    other_node.write(
        couchdb_site.visitors, f"{an_id(1)}-vera", LOSING, tags=["sea", "theirs"], rating=8
    )
    other_node.write(
        couchdb_site.accounts, "account:vera", LOSING, record={"addresses": ["theirs"]}
    )


def is_merged(store: CouchBackend, site: Site, other_node: OtherNode) -> None:
    image = store.images.get(an_id(1))
    assert image.titles == ("first", "ours", "theirs")
    assert (image.alt, image.types, image.references) == (
        "theirs",
        ("product",),
        {"artnr": ("7",)},
    )
    annotation = store.annotations.get(an_id(1), "vera")
    assert (set(annotation.tags), annotation.rating) == ({"sea", "ours", "theirs"}, 8)
    assert store.annotations.summary(an_id(1)).rating == 8
    assert ids_of(store.search.page(Query(order="rated"), 2)) == [an_id(1)]
    account = store.documents.get("account", "vera")
    assert account is not None
    assert set(account["addresses"]) == {"ours", "theirs"}
    for database, document_id in (
        (site.images, an_id(1)),
        (site.visitors, f"{an_id(1)}-vera"),
        (site.accounts, "account:vera"),
    ):
        assert other_node.conflicts(database, document_id) == []


@pytest.mark.usefixtures("conflicts")
def test_merge_conflicts_merges_documents_of_all_kinds(
    store: CouchBackend, couchdb_site: Site, other_node: OtherNode
) -> None:
    assert store.merge_conflicts() == 3
    is_merged(store, couchdb_site, other_node)
    assert store.merge_conflicts() == 0


@pytest.mark.usefixtures("conflicts")
def test_change_of_a_document_merges_its_conflicts(
    store: CouchBackend, couchdb_site: Site, other_node: OtherNode
) -> None:
    store.images.update(an_id(1), lambda image: image)
    store.annotations.save(an_id(1), "vera", lambda annotation: annotation)
    store.documents.save("account", "vera", lambda record: record)
    store.merge_conflicts()
    is_merged(store, couchdb_site, other_node)


@pytest.mark.usefixtures("conflicts")
def test_concurrent_merges_keep_all_revisions(
    store: CouchBackend, couchdb_site: Site, other_node: OtherNode
) -> None:
    others = [couchdb_site.metadata() for _ in range(3)]
    in_threads(len(others), lambda number: others[number].merge_conflicts())
    store.merge_conflicts()
    is_merged(store, couchdb_site, other_node)
    for other in others:
        other.close()


@pytest.mark.usefixtures("conflicts")
def test_losing_revisions_stay_until_the_response_to_the_merged_one_is_201(
    store: CouchBackend, proxy: FaultProxy, couchdb_site: Site, other_node: OtherNode
) -> None:
    losers = other_node.conflicts(couchdb_site.images, an_id(1))
    with proxy.broken(accepted(f"{couchdb_site.images}/{an_id(1)}", lambda: None), times=1):
        change(store, an_id(1), placeholder="#ffffff")
    assert other_node.conflicts(couchdb_site.images, an_id(1)) == losers
    assert store.merge_conflicts() == 3
    is_merged(store, couchdb_site, other_node)


@pytest.mark.usefixtures("conflicts")
def test_removed_image_does_not_return_as_a_losing_revision(store: CouchBackend) -> None:
    store.images.remove(an_id(1))
    with pytest.raises(RemovedImage):
        store.images.get(an_id(1))
    assert store.annotations.get(an_id(1), "vera").is_empty


def test_merge_keeps_the_attachment_of_a_losing_revision(
    store: CouchBackend, couchdb_site: Site, other_node: OtherNode
) -> None:
    change(store, an_id(1), titles=("first", "ours"))
    picture = {"content_type": "image/jpeg", "data": "cGljdHVyZQ=="}
    other_node.write(couchdb_site.images, an_id(1), LOSING, _attachments={"picture.jpeg": picture})
    assert store.merge_conflicts() == 1
    stubs = other_node.document(couchdb_site.images, an_id(1))["_attachments"]
    assert stubs["picture.jpeg"]["length"] == len("picture")
