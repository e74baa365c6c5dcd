"""An account that may read and write documents, of a CouchDB that knows accounts."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from huimages_app.domain.models import Query
from huimages_app.errors import StorageUnavailable
from tests.support.couch import Site

from .samples import an_id, an_image, ids_of, put


@pytest.fixture
def account(couchdb_url: str) -> Iterator[str]:
    """The name of an account, which is its password too."""
    name = f"huimages-test-{uuid.uuid4().hex}"
    user = {"name": name, "password": name, "roles": [], "type": "user"}
    path = f"/_users/org.couchdb.user:{name}"
    with Site(couchdb_url).http() as http:
        rev = http.put(path, json=user).raise_for_status().json()["rev"]
        yield name
        http.delete(path, params={"rev": rev}).raise_for_status()


@pytest.fixture
def serving(couchdb_site: Site, account: str) -> Site:
    return replace(couchdb_site, url=with_account(couchdb_site.url, account, account))


def with_account(url: str, name: str, password: str) -> str:
    return url.replace(url.split("//")[1].rpartition("@")[0], f"{name}:{password}", 1)


def allow(site: Site, account: str) -> None:
    """Give the account access as docs/couchdb.md describes."""
    security = {"admins": {"roles": ["_admin"]}, "members": {"names": [account]}}
    with site.http() as http:
        for database in (site.images, site.visitors, site.accounts):
            http.put(f"/{database}/_security", json=security).raise_for_status()


def test_member_account_reads_and_writes(
    couchdb_site: Site, serving: Site, account: str, caplog: pytest.LogCaptureFixture
) -> None:
    allow(couchdb_site, account)
    store = serving.metadata()
    with caplog.at_level(logging.WARNING):
        store.prepare()
    assert caplog.text == ""
    put(store, an_image(1), tags=("sea",), favorite=True, rating=5)
    put(store, an_image(2))
    assert ids_of(store.search.page(Query(favorite_of="vera"), 5)) == [an_id(1)]
    assert ids_of(store.search.page(Query(order="rated"), 5)) == [an_id(1)]
    store.images.remove(an_id(1))
    assert sorted(store.search.changes().ids) == sorted([an_id(1), an_id(2)])
    store.documents.save("account", "vera", lambda _: {"name": "Vera"})
    assert store.documents.get("account", "vera") == {"name": "Vera"}
    store.close()


def test_account_without_access_raises(serving: Site) -> None:
    store = serving.metadata()
    for ask in (store.check, store.search.count, lambda: store.images.get(an_id(1))):
        with pytest.raises(StorageUnavailable, match="refuses access"):
            ask()
    store.close()


def test_wrong_password_raises(couchdb_site: Site, account: str) -> None:
    allow(couchdb_site, account)
    url = with_account(couchdb_site.url, account, "wrong")
    store = replace(couchdb_site, url=url).metadata()
    with pytest.raises(StorageUnavailable, match="Name or password is incorrect"):
        store.search.count()
    store.close()
