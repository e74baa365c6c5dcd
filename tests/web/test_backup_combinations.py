"""Backup and restore between all combinations of stores, and of a legacy site."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from huimages_app.backends import Storage, build_storage
from huimages_app.config.settings import Settings
from huimages_app.domain.models import Query
from huimages_app.factory import build_services
from huimages_app.services.container import Services
from tests.support import oldsite
from tests.support.backups import IDS, PHOTOS, fill
from tests.support.commands import Ran, huimages, ini_of
from tests.support.everything import Stores, stores_on
from tests.support.s3 import S3Server

pytestmark = pytest.mark.slow

COMBINATIONS = list(itertools.product(["sqlite", "couchdb"], ["files", "s3"]))


class Place:
    """A site on one combination of stores in `folder`."""

    def __init__(self, folder: Path, stores: Stores, metadata: str, originals: str) -> None:
        folder.mkdir()
        self.stores = stores
        settings = {
            "originals.path": str(folder / "originals"),
            "metadata.path": str(folder / "metadata.sqlite"),
            "cache.path": str(folder / "cache"),
            "var": str(folder / "var"),
            **(stores.metadata_ini() if metadata == "couchdb" else {}),
            **(stores.originals_ini() if originals == "s3" else {}),
        }
        self.ini = ini_of(folder, settings)
        self._settings = Settings.read({f"huimages.{key}": one for key, one in settings.items()})

    def storage(self) -> Storage:
        return build_storage(self._settings)

    def services(self) -> Services:
        return build_services(self._settings)

    def run(self, *words: str | Path) -> Ran:
        return huimages(self.ini, *words)

    def state(self) -> dict[str, Any]:
        """Return what visitors see of the site, and the bytes of its originals."""
        storage = self.storage()
        metadata = storage.metadata
        images = {image_id: metadata.images.get(image_id) for image_id in metadata.images.ids()}
        content = {}
        for image_id in storage.originals.ids():
            with storage.originals.open(image_id) as file:
                content[image_id] = file.read()
        found = {
            "images": images,
            "annotations": {one: metadata.annotations.of_image(one) for one in images},
            "newest": [image.id for image in metadata.search.page(Query(), 50).images],
            "rated": [image.id for image in metadata.search.page(Query(order="rated"), 50).images],
            "tags": metadata.search.tags(),
            "accounts": list(metadata.documents.items("account")),
            "originals": content,
        }
        storage.close()
        return found


@pytest.fixture
def sources(couchdb_url: str, s3_store: S3Server) -> Iterator[Stores]:
    with stores_on(couchdb_url, s3_store) as stores:
        yield stores


@pytest.fixture
def targets(couchdb_url: str, s3_store: S3Server) -> Iterator[Stores]:
    with stores_on(couchdb_url, s3_store) as stores:
        yield stores


@pytest.mark.parametrize("stores_of_source", COMBINATIONS, ids="-".join)
def test_backup_of_every_combination_is_restored_into_itself_and_another(
    sources: Stores,
    couchdb_url: str,
    s3_store: S3Server,
    tmp_path: Path,
    stores_of_source: tuple[str, str],
) -> None:
    source = Place(tmp_path / "source", sources, *stores_of_source)
    assert source.run("setup").status == 0
    services = source.services()
    fill(services)
    services.close()
    backup = tmp_path / "backup"
    assert source.run("backup", backup).status == 0
    state = source.state()
    assert len(state["images"]) == len(state["originals"]) == len(PHOTOS)
    # Snapshots of all combinations are equal, so each combination is a target twice.
    opposite = COMBINATIONS[-1 - COMBINATIONS.index(stores_of_source)]
    for number, combination in enumerate((stores_of_source, opposite)):
        with stores_on(couchdb_url, s3_store) as stores:
            target = Place(tmp_path / f"target{number}", stores, *combination)
            ran = target.run("restore", backup)
            assert (ran.status, ran.err) == (0, [])
            assert target.run("check") == (0, ["4 images: 0 wrong"], [])
            assert target.state() == state
            refused = target.run("restore", backup)
            assert (refused.status, len(refused.err)) == (2, 1)
            assert "not empty" in refused.err[0]


def documents(stores: Stores) -> dict[str, Any]:
    """Return all documents but our views by kind of database and ID, without revisions."""
    names = {stores.databases.images: "images", stores.databases.visitors: "visitors"}
    found = {}
    for path, document in stores.documents().items():
        database, _, document_id = path.partition("/")
        if document_id != "_design/huimages":
            content = {key: one for key, one in document.items() if key[0] != "_"}
            found[f"{names[database]}/{document_id}"] = content
    return found


def test_documents_of_a_legacy_site_keep_all_their_fields(
    sources: Stores, targets: Stores, tmp_path: Path
) -> None:
    sources.make_plain()
    databases = sources.databases
    with databases.http() as http:
        oldsite.fill(
            http, databases.images, databases.visitors, sources.server.client, sources.bucket
        )
    source = Place(tmp_path / "source", sources, "couchdb", "s3")
    with source.ini.open("a") as file:
        file.write("huimages.originals.fallbacks = couchdb\n")
    source.run("setup")
    before = documents(sources)
    ran = source.run("backup", tmp_path / "backup")
    lost = oldsite.IMAGES["lost"].id
    assert (ran.status, ran.err) == (1, [f"{lost}: there is no original {lost}"])
    assert ran.out[0].endswith("10 images, 5 annotations, 0 documents, 6 foreign documents")
    assert documents(sources) == before  # nothing was changed
    target = Place(tmp_path / "target", targets, "couchdb", "files")
    ran = target.run("restore", tmp_path / "backup")
    assert (ran.status, ran.err) == (0, [])
    after = documents(targets)
    assert after.keys() == before.keys()
    for path, document in before.items():
        added = {key: one for key, one in after[path].items() if key not in document}
        assert document == {key: one for key, one in after[path].items() if key in document}, path
        # Values of the attachment, and sort keys.
        assert added.keys() <= {"filename", "bytes", "ratings", "tagged", "image_ctime"}
    assert target.state()["originals"] == {
        image.id: image.content for image in oldsite.IMAGES.values() if image.name != "lost"
    }
    other = Place(tmp_path / "sqlite", targets, "sqlite", "files")
    assert other.run("restore", tmp_path / "backup").status == 0
    ran = other.run("check", "--repair")
    assert ran.out[0].startswith("10 images: ")


def test_document_with_conflicts_is_backed_up_merged(
    sources: Stores, targets: Stores, tmp_path: Path
) -> None:
    source = Place(tmp_path / "source", sources, "couchdb", "files")
    source.run("setup")
    services = source.services()
    fill(services)
    services.close()
    databases = sources.databases
    with databases.http() as http:
        path = f"/{databases.images}/{IDS[0]}"
        document = http.get(path).json()
        other = {**document, "title": ["Picture 0", "From another node"], "_rev": "2-" + "f" * 32}
        revisions = {"start": 2, "ids": ["f" * 32, document["_rev"].partition("-")[2]]}
        http.post(
            f"/{databases.images}/_bulk_docs",
            json={"new_edits": False, "docs": [other | {"_revisions": revisions}]},
        ).raise_for_status()
    assert source.run("backup", tmp_path / "backup").status == 0
    target = Place(tmp_path / "target", targets, "sqlite", "files")
    assert target.run("restore", tmp_path / "backup").status == 0
    assert target.state()["images"][IDS[0]].title == "From another node"
