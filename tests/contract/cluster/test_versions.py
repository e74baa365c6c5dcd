"""Two nodes change the versions of the same image before their databases are replicated."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from huimages_app.backends import Storage as Stores
from huimages_app.backends import make_cache, make_originals
from huimages_app.domain.models import Query
from huimages_app.factory import build_services
from huimages_app.services.container import Services
from huimages_app.storage.couchdb import CouchBackend
from huimages_app.storage.couchdb.codec import text_of
from tests.support.couch import Site
from tests.support.services import settings_in
from tests.support.versions import a_photo, added, chain, faults, versions, visible

from .conftest import LOSING, WINNING, OtherNode


@pytest.fixture
def services(tmp_path: Path, couchdb_site: Site) -> Iterator[Services]:
    couchdb_site.make()
    settings = settings_in(tmp_path)
    storage = Stores(make_originals(settings), couchdb_site.metadata(), make_cache(settings))
    services = build_services(settings, storage)
    yield services
    services.close()
    storage.close()


@pytest.fixture
def database(couchdb_site: Site) -> str:
    return couchdb_site.images


def at(seconds: int) -> dict[str, Any]:
    moment = text_of(datetime.now(UTC) + timedelta(seconds=seconds))
    return {"versioned": moment, "mtime": moment}


@pytest.mark.parametrize("digest", [WINNING, LOSING])
def test_later_replacement_counts_and_both_pictures_stay(
    services: Services, other_node: OtherNode, database: str, digest: str
) -> None:
    first, ours = chain(services, 1, 2)
    theirs = added(services, 3)
    later = at(60)
    other_node.write(database, first, digest, replaced_by=theirs, **later)
    services.uploads.add(io.BytesIO(a_photo(3)))
    services.versions._metadata.images.update(
        theirs, lambda image: image.__class__(**{**image.__dict__, "versions": (first,)})
    )
    faults(services, repair=True)
    assert faults(services) == []
    assert visible(services) == {ours, theirs}
    assert versions(services, first) == [first, theirs]
    assert versions(services, ours) == [ours]


def test_going_back_on_one_node_and_an_edit_on_another_leave_no_cycle(
    services: Services, other_node: OtherNode, database: str
) -> None:
    first, second = chain(services, 1, 2)
    services.versions.go_back(first)
    # The other node has edited the first version while it was an older one.
    other_node.write(database, first, WINNING, title=["edited"], replaced_by=second, **at(-60))
    faults(services, repair=True)
    assert faults(services) == []
    assert visible(services) == {first}
    assert services.images.get(first).titles == ("edited",)


def test_annotations_of_an_older_version_are_in_no_list(
    services: Services, couchdb_site: Site
) -> None:
    old = added(services, 1, tags=["sunny"])
    new = services.versions.replace(old, io.BytesIO(a_photo(2))).image.id
    store: CouchBackend = couchdb_site.metadata()
    page = store.search.page(Query(tag="sunny"), 9)
    assert [image.id for image in page.images] == [new]
    assert store.search.tags() == [("sunny", 1)]
    store.close()


def test_original_code_finds_its_fields_in_every_version(
    services: Services, other_node: OtherNode, database: str
) -> None:
    first, second = chain(services, 1, 2, title="Red", references={"artnr": ["10106"]})
    for one in (first, second):
        document = other_node.document(database, one)
        assert document["title"] == ["Red"]
        assert document["references"] == {"artnr": ["10106"]}
        assert document["deleted"] is False
        assert all(value not in ("", [], None) for value in document.values())
