"""Databases of the first version and of a newer version, opened by this version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from huimages_app.domain.models import Query
from huimages_app.errors import BadSetting
from huimages_app.storage.couchdb import install_views
from tests.support.couch import Site
from tests.support.upgrades import FOLDER, require_upgraded

from .samples import an_id, fill, walk, walk_back

OURS = "_design/huimages"


@pytest.fixture
def first_version(couchdb_url: str) -> Iterator[Site]:
    """Yield a site that the first version has left."""
    site = Site(couchdb_url)
    dump = json.loads((FOLDER / "couchdb-1.json").read_text(encoding="utf-8"))
    names = {"images": site.images, "visitors": site.visitors, "documents": site.accounts}
    with site.http() as http:
        for kind, name in names.items():
            http.put(f"/{name}").raise_for_status()
            http.post(f"/{name}/_bulk_docs", json={"docs": dump[kind]}).raise_for_status()
        removed = {"_id": an_id(9), "_deleted": True}
        http.post(f"/{site.images}/_bulk_docs", json={"docs": [removed]}).raise_for_status()
    yield site
    site.remove()


def views_of(http: httpx.Client, database: str) -> dict[str, Any]:
    return dict(http.get(f"/{database}/{OURS}").raise_for_status().json())


def test_databases_of_the_first_version_are_upgraded(first_version: Site) -> None:
    with first_version.http() as http:
        assert views_of(http, first_version.images)["version"] == 1
        store = first_version.metadata()
        store.require_supported()
        store.setup()
        assert views_of(http, first_version.images)["version"] == install_views.VERSION
    assert store.documents.get("account", "vera") == {"role": "editor"}
    require_upgraded(store)
    store.close()


def test_lists_are_read_through_views_of_version_3(couchdb_site: Site) -> None:
    """A node is started before `huimages setup`: its views do not contain the documents."""
    store = couchdb_site.metadata()
    ids = fill(store, range(5))
    with couchdb_site.http() as http:
        document = views_of(http, couchdb_site.images)
        for name in ("by_time", "by_id"):
            view = document["views"][name]
            assert "[doc]" in view["map"]
            view["map"] = view["map"].replace("[doc]", "null")
        http.put(f"/{couchdb_site.images}/{OURS}", json=document).raise_for_status()
    assert walk(store, Query()) == walk_back(store, Query()) == ids[::-1]
    assert {image.id for image in store.search.random(5)} == set(ids)
    store.close()


def test_nodes_of_version_3_read_documents_with_the_rows(couchdb_site: Site) -> None:
    store = couchdb_site.metadata()
    ids = fill(store, range(3))
    with couchdb_site.http() as http:
        for view in ("by_time", "by_id"):
            found = http.get(
                f"/{couchdb_site.images}/{OURS}/_view/{view}?include_docs=true&reduce=false"
            )
            rows = found.raise_for_status().json()["rows"]
            assert sorted(row["doc"]["_id"] for row in rows) == sorted(ids)
    store.close()


def test_views_of_a_newer_version_are_left_alone(couchdb_site: Site) -> None:
    newer = {"version": install_views.VERSION + 1, "digest": "newer"}
    with couchdb_site.http() as http:
        document = views_of(http, couchdb_site.images) | newer
        http.put(f"/{couchdb_site.images}/{OURS}", json=document).raise_for_status()
        store = couchdb_site.metadata()
        store.require_supported()
        store.setup()
        assert views_of(http, couchdb_site.images)["digest"] == "newer"
        store.close()


def test_documents_of_a_newer_format_are_refused(couchdb_site: Site) -> None:
    with couchdb_site.http() as http:
        document = views_of(http, couchdb_site.images)
        document["document_format"] = install_views.DOCUMENT_FORMAT + 1
        http.put(f"/{couchdb_site.images}/{OURS}", json=document).raise_for_status()
    store = couchdb_site.metadata()
    with pytest.raises(BadSetting, match=r"document format 2, this program supports 1"):
        store.require_supported()
    store.close()
