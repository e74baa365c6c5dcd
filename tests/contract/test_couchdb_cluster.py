"""Writes of several nodes: conflicting revisions are found and merged, and nothing is lost.

A proxy stands in for the cluster: it lets CouchDB store a write, adds the revision of another
writer beside it, and responds with 202, as a node does that could not reach the other copies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from huimages_app.domain.models import Annotation, Query
from huimages_app.errors import RemovedImage
from huimages_app.storage.couchdb import CouchBackend
from tests.support.couch import Site, node_urls, through
from tests.support.faults import Fault, FaultProxy

from .metadata_concurrency import in_threads
from .samples import START, an_id, an_image, change, ids_of, put, say

WINNING, LOSING = "f" * 32, "0" * 32  # CouchDB shows the revision with the greater digest


@pytest.fixture
def proxy(couchdb_site: Site) -> Iterator[FaultProxy]:
    port = urlsplit(couchdb_site.url).port
    assert port
    with FaultProxy(port) as proxy:
        yield proxy


@pytest.fixture
def store(couchdb_site: Site, proxy: FaultProxy) -> Iterator[CouchBackend]:
    store = replace(couchdb_site, url=through(proxy.port, couchdb_site.url)).metadata()
    put(store, an_image(1, titles=("first",)), tags=("sea",))
    yield store
    store.close()


@pytest.fixture
def other_node(couchdb_site: Site) -> Iterator[OtherNode]:
    with couchdb_site.http() as http:
        yield OtherNode(http)


class OtherNode:
    """Writes revisions that conflict with the current ones."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def write(self, database: str, document_id: str, digest: str, **fields: Any) -> None:
        """Store a sibling of the current revision: its parent with other fields."""
        path = f"/{database}/{document_id}"
        current = self._get(path, revs="true")
        revisions = current["_revisions"]
        generation, parents = revisions["start"], revisions["ids"][1:]
        base = self._get(path, rev=f"{generation - 1}-{parents[0]}") if parents else {}
        sibling = {
            **base,
            **fields,
            "_id": document_id,
            "_rev": f"{generation}-{digest}",
            "_revisions": {"start": generation, "ids": [digest, *parents]},
        }
        body = {"new_edits": False, "docs": [sibling]}
        self._http.post(f"/{database}/_bulk_docs", json=body).raise_for_status()

    def conflicts(self, database: str, document_id: str) -> list[str]:
        document = self._get(f"/{database}/{document_id}", conflicts="true")
        return list(document.get("_conflicts", []))

    def document(self, database: str, document_id: str) -> dict[str, Any]:
        return self._get(f"/{database}/{document_id}")

    def _get(self, path: str, **params: str) -> dict[str, Any]:
        return dict(self._http.get(path, params=params).raise_for_status().json())


def accepted(path: str, act: Callable[[], object]) -> Fault:
    return Fault(only=f"PUT /{path} ".encode(), accepted=act)


# -- a write with the response 202


@pytest.mark.parametrize("digest", [WINNING, LOSING])
def test_title_written_through_two_nodes_is_applied_to_both(
    store: CouchBackend, proxy: FaultProxy, couchdb_site: Site, other_node: OtherNode, digest: str
) -> None:
    images = couchdb_site.images

    def interfere() -> None:
        other_node.write(images, an_id(1), digest, title=["first", "theirs"])

    with proxy.broken(accepted(f"{images}/{an_id(1)}", interfere), times=1):
        store.images.update(an_id(1), lambda image: replace(image, titles=(*image.titles, "ours")))
    assert store.images.get(an_id(1)).titles == ("first", "theirs", "ours")
    assert other_node.conflicts(images, an_id(1)) == []


@pytest.mark.parametrize("digest", [WINNING, LOSING])
def test_image_created_through_two_nodes_keeps_both_titles(
    store: CouchBackend, proxy: FaultProxy, couchdb_site: Site, other_node: OtherNode, digest: str
) -> None:
    images = couchdb_site.images
    theirs = {"ctime": "20090401T120000.000000", "title": ["theirs"], "width": 9, "height": 9}

    def interfere() -> None:
        other_node.write(images, an_id(2), digest, **theirs)

    with proxy.broken(accepted(f"{images}/{an_id(2)}", interfere), times=1):
        store.images.save(
            an_id(2),
            lambda image: replace(
                image or an_image(2), titles=(*(image.titles if image else ()), "ours")
            ),
        )
    assert store.images.get(an_id(2)).titles == ("theirs", "ours")
    assert other_node.conflicts(images, an_id(2)) == []


@pytest.mark.parametrize("digest", [WINNING, LOSING])
def test_annotation_written_through_two_nodes_has_both_tags(
    store: CouchBackend, proxy: FaultProxy, couchdb_site: Site, other_node: OtherNode, digest: str
) -> None:
    visitors, document_id = couchdb_site.visitors, f"{an_id(1)}-vera"

    def interfere() -> None:
        other_node.write(visitors, document_id, digest, tags=["sea", "theirs"])

    with proxy.broken(accepted(f"{visitors}/{document_id}", interfere), times=1):
        store.annotations.save(
            an_id(1), "vera", lambda old: replace(old, tags=(*old.tags, "ours"), rating=7)
        )
    assert store.annotations.get(an_id(1), "vera") == Annotation(
        ("sea", "theirs", "ours"), rating=7
    )
    assert other_node.document(couchdb_site.images, an_id(1))["ratings"] == {"sum": 7, "count": 1}


@pytest.mark.parametrize("digest", [WINNING, LOSING])
def test_account_written_through_two_nodes_has_both_changes(
    store: CouchBackend, proxy: FaultProxy, couchdb_site: Site, other_node: OtherNode, digest: str
) -> None:
    store.documents.save("account", "vera", lambda _: {"role": "editor", "addresses": []})

    def interfere() -> None:
        record = {"role": "admin", "addresses": []}
        other_node.write(
            couchdb_site.accounts, "account:vera", digest, key="vera", kind="account", record=record
        )

    with proxy.broken(accepted(f"{couchdb_site.accounts}/account%3Avera", interfere), times=1):
        store.documents.save(
            "account", "vera", lambda old: {**(old or {}), "addresses": ["192.0.2.1"]}
        )
    assert store.documents.get("account", "vera") == {"role": "admin", "addresses": ["192.0.2.1"]}


def test_image_removed_while_another_node_writes_stays_removed(
    store: CouchBackend, proxy: FaultProxy, couchdb_site: Site, other_node: OtherNode
) -> None:
    images = couchdb_site.images
    current = other_node.document(images, an_id(1))
    revived = {"title": ["theirs"], "ctime": current["ctime"]}

    def interfere() -> None:
        with couchdb_site.http() as http:
            rev = current["_rev"].partition("-")[2]
            sibling = {
                **revived,
                "_id": an_id(1),
                "_rev": f"2-{WINNING}",
                "_revisions": {"start": 2, "ids": [WINNING, rev]},
            }
            body = {"new_edits": False, "docs": [sibling]}
            http.post(f"/{images}/_bulk_docs", json=body).raise_for_status()

    with proxy.broken(accepted(f"{images}/{an_id(1)}", interfere), times=1):
        store.images.remove(an_id(1))
    with pytest.raises(RemovedImage):
        store.images.get(an_id(1))


def test_202_without_another_revision_is_a_success(store: CouchBackend, proxy: FaultProxy) -> None:
    calls = []
    with proxy.broken(Fault(only=b"PUT ", accepted=lambda: calls.append(1))):
        image = store.images.update(
            an_id(1), lambda image: replace(image, titles=(*image.titles, "ours"))
        )
        say(store, an_id(1), "paul", tags=("sun",), rating=4)
    assert len(calls) == 3  # the title, the annotation, the sum of the ratings
    assert image.titles == store.images.get(an_id(1)).titles == ("first", "ours")
    assert store.annotations.summary(an_id(1)).rating == 4


def test_hundred_writes_through_two_nodes_are_all_kept(
    store: CouchBackend, proxy: FaultProxy, couchdb_site: Site, other_node: OtherNode
) -> None:
    """Every second write meets one of another node, which wins or loses by turns."""
    images, theirs = couchdb_site.images, 0

    def interfere() -> None:
        nonlocal theirs
        theirs += 1
        parent = other_node.document(images, an_id(1))
        titles = [title for title in parent["title"] if title != f"ours-{number}"]
        digest = f"{'f0'[theirs % 2]}{theirs:031x}"
        other_node.write(images, an_id(1), digest, title=[*titles, f"theirs-{theirs}"])

    for number in range(50):
        title = f"ours-{number}"

        def add(image: Any, title: str = title) -> Any:
            return replace(image, titles=(*image.titles, title))

        fault = accepted(f"{images}/{an_id(1)}", interfere) if number % 2 else Fault()
        with proxy.broken(fault, times=1):
            store.images.update(an_id(1), add)
    titles = store.images.get(an_id(1)).titles
    expected = {f"ours-{number}" for number in range(50)} | {f"theirs-{n}" for n in range(1, 26)}
    assert set(titles) == expected | {"first"}
    assert len(titles) == len(set(titles))
    assert other_node.conflicts(images, an_id(1)) == []


def test_writes_of_four_stores_through_all_nodes_are_kept(couchdb_site: Site) -> None:
    """On a real cluster (docs/testing.md), 5,000 writes through all nodes at the same time."""
    writers, nodes = 4, node_urls() or [couchdb_site.url]
    rounds = 625 if len(nodes) > 1 else 15
    stores = [
        replace(couchdb_site, url=nodes[number % len(nodes)]).metadata()
        for number in range(writers)
    ]
    put(stores[0], an_image(1))

    def write(number: int) -> None:
        store = stores[number]
        for step in range(rounds):
            word = f"{number}-{step}"
            store.images.update(
                an_id(1), lambda image, t=word: replace(image, titles=(*image.titles, t))
            )
            store.annotations.save(
                an_id(1), "all", lambda old, t=word: replace(old, tags=(*old.tags, t))
            )

    in_threads(writers, write)
    stores[0].merge_conflicts()
    expected = {f"{number}-{step}" for number in range(writers) for step in range(rounds)}
    assert expected - set(stores[0].images.get(an_id(1)).titles) == set()
    assert expected - set(stores[0].annotations.get(an_id(1), "all").tags) == set()
    for store in stores:
        store.close()


# -- conflicts that exist already, as after a replication


@pytest.fixture
def conflicts(store: CouchBackend, couchdb_site: Site, other_node: OtherNode) -> None:
    """Conflicting revisions of an image, an annotation and an account."""
    change(store, an_id(1), titles=("first", "ours"), modified=START)
    say(store, an_id(1), "vera", tags=("sea", "ours"))
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
def test_two_mergers_at_once_lose_nothing(
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
