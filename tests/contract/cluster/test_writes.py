"""Writes of several nodes: conflicting revisions are found and merged, and nothing is lost.

A proxy stands in for the cluster: it lets CouchDB store a write, adds the revision of another
writer beside it, and responds with 202, as a node does that could not reach the other copies.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from huimages_app.domain.models import Annotation
from huimages_app.errors import RemovedImage
from huimages_app.storage.couchdb import CouchBackend
from tests.contract.metadata_concurrency import in_threads
from tests.contract.samples import an_id, an_image, annotate, put
from tests.support.couch import Site, node_urls
from tests.support.faults import Fault, FaultProxy

from .conftest import LOSING, WINNING, OtherNode, accepted

pytestmark = pytest.mark.slow


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


def test_write_with_202_and_no_other_revision_succeeds(
    store: CouchBackend, proxy: FaultProxy
) -> None:
    calls = []
    with proxy.broken(Fault(only=b"PUT ", accepted=lambda: calls.append(1))):
        image = store.images.update(
            an_id(1), lambda image: replace(image, titles=(*image.titles, "ours"))
        )
        annotate(store, an_id(1), "paul", tags=("sun",), rating=4)
    assert len(calls) == 3  # the title, the annotation, the sum of the ratings
    assert image.titles == store.images.get(an_id(1)).titles == ("first", "ours")
    assert store.annotations.summary(an_id(1)).rating == 4


def test_concurrent_writes_through_two_nodes_are_all_kept(
    store: CouchBackend, proxy: FaultProxy, couchdb_site: Site, other_node: OtherNode
) -> None:
    """Every second write conflicts with one of another node; they win in turns."""
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
