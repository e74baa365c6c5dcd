"""The whole program on CouchDB: set up, used, on two nodes, and without its server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from webtest import TestApp

from huimages_app.cli import run
from huimages_app.errors import RemovedImage
from huimages_app.services.image_patch import ImagePatch
from huimages_app.storage.couchdb.install_views import VERSION
from tests.support import oldsite, pictures
from tests.support.couch import Site as Databases
from tests.support.couch import through
from tests.support.faults import Fault, FaultProxy
from tests.support.oldsite import IMAGES
from tests.support.services import ini_in
from tests.support.site import Site


@pytest.fixture
def databases(couchdb_url: str) -> Iterator[Databases]:
    """Names of databases that are not there yet."""
    databases = Databases(couchdb_url)
    yield databases
    databases.remove()


def ini(databases: Databases, url: str = "") -> dict[str, str]:
    """The settings of a site on these databases, without their prefix."""
    return {
        "metadata": "couchdb",
        "couchdb.url": url or databases.url,
        "couchdb.timeout": "5",
        "couchdb.database": databases.images,
        "couchdb.visitor_database": databases.visitors,
        "couchdb.accounts_database": databases.accounts,
        "originals.fallbacks": "couchdb",
    }


@pytest.fixture
def proxy(databases: Databases) -> Iterator[FaultProxy]:
    port = urlsplit(databases.url).port
    assert port
    with FaultProxy(port) as proxy:
        yield proxy


@pytest.fixture
def site(databases: Databases, proxy: FaultProxy, tmp_path: Path) -> Iterator[Site]:
    """A node whose connection to CouchDB can be broken."""
    databases.make()
    site = Site(tmp_path, **ini(databases, through(proxy.port, databases.url)))
    yield site
    site.close()


def shown(page: TestApp) -> list[str]:
    return [box["value"] for box in page.html.select("input[name=id]")]


def test_couchdb_setup_installs_views(
    databases: Databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = ini_in(tmp_path, **ini(databases))
    assert run(["--config", str(file), "setup"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{databases.images}: views of version {VERSION} installed",
        f"{databases.visitors}: views of version {VERSION} installed",
        f"{databases.accounts}: database created",
    ]
    with databases.http() as http:
        oldsite.fill(http, databases.images, databases.visitors)
    assert run(["--config", str(file), "setup", "--old-marks"]) == 0
    assert "5 annotations of huImages 2.2 updated" in capsys.readouterr().out


def test_image_in_couchdb_lives_from_upload_to_removal(site: Site) -> None:
    id_ = site.upload(pictures.photo(300, 200), query="?title=Gull&tags=sea,sun")
    assert site.app.get(f"/240x160/{id_}.jpeg").content_type == "image/jpeg"
    site.services.annotations.rate(id_, "vera", 8)
    for path in ("/", "/image/", "/tag/sea/", "/search?q=gul", "/search?q=gull+su"):
        assert f"/image/{id_}/" in site.app.get(path).text
    site.services.editing.trash(id_)
    assert shown(site.app.get("/image/")) == []
    site.services.editing.remove(id_)
    with pytest.raises(RemovedImage):
        site.services.images.get_any(id_)
    assert site.services.images.tags() == []


def test_images_of_a_legacy_site_are_served(site: Site, databases: Databases) -> None:
    with databases.http() as http:
        oldsite.fill(http, databases.images, databases.visitors)
    attached = IMAGES["attached"]
    assert site.app.get(f"/o/{attached.id}").body == attached.content
    page = site.app.get("/tag/sea/")
    assert set(shown(page)) == {attached.id, IMAGES["in s3"].id}


def test_two_couchdb_nodes_serve_the_same_images(
    site: Site, databases: Databases, tmp_path: Path
) -> None:
    other = Site(tmp_path / "other", **ini(databases))
    id_ = site.upload(pictures.photo(60, 40), query="?title=Gull&tags=sea")
    assert shown(other.app.get("/tag/sea/")) == [id_]
    other.services.editing.update(id_, ImagePatch(title="Tern"))
    assert "Tern" in site.app.get("/image/").text
    other.services.editing.trash(id_)
    assert shown(site.app.get("/image/")) == []
    other.services.close()


@pytest.mark.parametrize(
    "fault",
    [Fault(refused=True, lost_answer=True), Fault(frozen=True), Fault(garbage=b"SSH-2.0-x\r\n")],
    ids=["gone", "frozen", "garbled"],
)
def test_unavailable_couchdb_returns_503(
    site: Site, databases: Databases, proxy: FaultProxy, fault: Fault, tmp_path: Path
) -> None:
    impatient = ini(databases, through(proxy.port, databases.url)) | {"couchdb.timeout": "0.5"}
    id_ = site.upload(pictures.photo(300, 200), query="?title=Gull")
    site.app.get(f"/240x160/{id_}.jpeg")
    node = Site(tmp_path, **impatient)
    with proxy.broken(fault):
        # A cached rendition, and one whose original is stored locally.
        node.app.get(f"/240x160/{id_}.jpeg", status=200)
        node.app.get(f"/100x100/{id_}.jpeg", status=200)
        for path in ("/", "/image/", "/tag/", "/search?q=gull"):
            assert "Retry-After" in node.app.get(path, status=503).headers
        upload = [("uploadfile", "x.jpeg", pictures.photo(30, 20, seed=9))]
        node.app.post("/upload/api/", upload_files=upload, status=503)
        assert "metadata" in node.app.get("/readyz", status=503).text
    assert shown(site.app.get("/image/")) == [id_]
    assert node.app.post("/upload/api/", upload_files=upload).status_code == 200
    assert len(shown(site.app.get("/image/"))) == 2
    node.services.close()
