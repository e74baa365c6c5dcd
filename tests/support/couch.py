"""A CouchDB for tests: pouchdb-server from npm, or a real one.

`make services` installs pouchdb-server.  HUIMAGES_TEST_COUCHDB_URL names a real CouchDB, with
an administrator's credentials, or several nodes of a cluster, separated by blanks.  Databases
have names of their own and are deleted at the end.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from huimages_app.config.storage_settings import CouchdbSettings
from huimages_app.storage.couchdb import CouchBackend, DatabaseNames, Server
from tests.support.missing import missing

from .processes import certificates, free_port, serving

PROGRAM = Path(".services/couchdb/node_modules/pouchdb-server/bin/pouchdb-server")
VARIABLE = "HUIMAGES_TEST_COUCHDB_URL"


@dataclass(frozen=True)
class Site:
    """The databases of one site on a server, by name; `make` creates them."""

    url: str
    timeout: float = 20.0  # the machine tests run on may be busy
    images: str = field(default_factory=lambda: f"huimages-test-{uuid.uuid4().hex}")

    @property
    def visitors(self) -> str:
        return f"{self.images}-meta"

    @property
    def accounts(self) -> str:
        return f"{self.images}-accounts"

    def server(self) -> Server:
        return Server(CouchdbSettings(self.url, timeout=self.timeout))

    def metadata(self) -> CouchBackend:
        return CouchBackend(self.server(), DatabaseNames(self.images, self.visitors, self.accounts))

    def http(self) -> httpx.Client:
        """Return a client that is independent of the one under test."""
        return httpx.Client(
            base_url=self.url, timeout=self.timeout, trust_env=False, verify=certificates()
        )

    def make(self) -> None:
        """Create the three databases with our views, as `huimages setup` does."""
        metadata = self.metadata()
        metadata.setup()
        metadata.close()

    def remove(self) -> None:
        with self.http() as http:
            for name in (self.images, self.visitors, self.accounts):
                http.delete(f"/{name}")


def through(port: int, url: str) -> str:
    """Return the URL, with its credentials, through a proxy at a port of 127.0.0.1."""
    parts = urlsplit(url)
    credentials, at, _ = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{credentials}{at}127.0.0.1:{port}").geturl()


@contextmanager
def pouchdb(folder: Path, port: int, *, in_memory: bool = False) -> Iterator[tuple[str, int]]:
    """Run a server on the port with its data in the folder; yield its URL and process ID.

    With `in_memory` it forgets its data when it stops, and requests take a fifth less CPU time.
    """
    program, node = PROGRAM.absolute(), shutil.which("node")
    if node is None or not program.exists():
        missing(f"pouchdb-server is missing: make services (needs npm), or set {VARIABLE}")
    url = f"http://127.0.0.1:{port}/"
    (folder / "data").mkdir(exist_ok=True)
    data = ["-m"] if in_memory else ["-d", folder / "data"]
    command = [node, program, "-o", "127.0.0.1", "-p", str(port), *data]
    with serving(command, url, folder=folder) as process:
        yield url, process.pid


def node_urls() -> list[str]:
    """Return the URLs of the nodes that the environment names."""
    return os.environ.get(VARIABLE, "").split()


@pytest.fixture(scope="session")
def couchdb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the URL of a CouchDB that runs during the whole session; of a cluster, one node."""
    if urls := node_urls():
        yield urls[0]
    else:
        folder = tmp_path_factory.mktemp("couchdb")
        with pouchdb(folder, free_port(), in_memory=True) as (url, _):
            yield url


@pytest.fixture
def couchdb_site(couchdb_url: str) -> Iterator[Site]:
    """Yield three empty databases with our views."""
    site = Site(couchdb_url)
    site.make()
    yield site
    site.remove()
