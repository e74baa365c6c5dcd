"""Writes of several nodes of CouchDB.

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

from huimages_app.storage.couchdb import CouchBackend
from tests.contract.samples import an_image, put
from tests.support.couch import Site, through
from tests.support.faults import Fault, FaultProxy

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
