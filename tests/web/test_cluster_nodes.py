"""Two nodes with caches of their own serve one site, also while a store is unavailable.

Everything is real: two pserve processes, a CouchDB and an S3 store, stopped and frozen.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import pictures
from tests.support.commands import ini_of
from tests.support.couch import Site as Databases
from tests.support.couch import pouchdb
from tests.support.days import day
from tests.support.processes import certificates, free_port, frozen, serving
from tests.support.s3 import ACCESS_KEY, SECRET_KEY, S3Server, s3_server
from tests.support.site import SECRET

pytestmark = pytest.mark.slow

FOLLOW = 0.3  # seconds
RECOVERY = 20  # seconds in which everything heals, on a busy machine


class Couch:
    """A CouchDB that can be stopped and frozen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._stack = ExitStack()
        self.url = ""

    def start(self) -> None:
        self.url, self._pid = self._stack.enter_context(pouchdb(self._folder, self._port))

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self._stack.close()
        yield
        self.start()

    def frozen(self) -> AbstractContextManager[None]:
        return frozen(self._pid)

    def close(self) -> None:
        self._stack.close()


@contextmanager
def without(server: S3Server) -> Iterator[None]:
    server.kill()
    yield
    server.start()


@dataclass(frozen=True)
class Node:
    """One of the web servers."""

    url: str
    folder: Path

    def get(self, path: str) -> httpx.Response:
        """Send the request as a new visitor: no cookie is kept."""
        return httpx.get(self.url + path, timeout=60, trust_env=False, verify=certificates())

    def post(self, path: str, **sent: Any) -> httpx.Response:
        return httpx.post(
            self.url + path, timeout=60, trust_env=False, verify=certificates(), **sent
        )

    def cached(self, image_id: str) -> list[str]:
        """The renditions in this node's cache."""
        found = (self.folder / "cache").rglob(f"*{image_id}*/**/*.*")
        try:
            return sorted(path.name for path in found if path.is_file())
        except FileNotFoundError:  # the folder was taken away in this moment
            return []


@pytest.fixture(scope="module")
def couch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Couch]:
    couch = Couch(tmp_path_factory.mktemp("couchdb"))
    couch.start()
    yield couch
    couch.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(scope="module")
def nodes(
    couch: Couch, server: S3Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Node, Node]]:
    databases = Databases(couch.url)
    databases.make()
    settings = {
        "originals": "s3",
        "s3.bucket": server.place().bucket,
        "s3.endpoint_url": server.url,
        "s3.access_key_id": ACCESS_KEY,
        "s3.secret_access_key": SECRET_KEY,
        "s3.connect_timeout": "0.5",
        "s3.read_timeout": "1.5",
        "metadata": "couchdb",
        "couchdb.url": couch.url,
        "couchdb.timeout": "3",
        "couchdb.database": databases.images,
        "couchdb.visitor_database": databases.visitors,
        "couchdb.accounts_database": databases.accounts,
        "cache.follow": str(FOLLOW),
        "secret": SECRET,
        **{f"who.{action}": "everyone" for action in ("view", "contribute", "upload", "edit")},
    }
    with ExitStack() as stack:
        started = []
        for name in ("one", "other"):
            folder = tmp_path_factory.mktemp(name)
            url = f"http://127.0.0.1:{free_port()}"
            own = {"var": str(folder / "var"), "cache.path": str(folder / "cache")}
            ini = ini_of(folder, settings | own)
            listen = f"[server:main]\npaste.server_runner = huimages_app.web.server:serve\nlisten = {url.removeprefix('http://')}\n"
            ini.write_text(ini.read_text(encoding="utf-8") + listen, encoding="utf-8")
            command = [sys.executable, "-m", "pyramid.scripts.pserve", ini.name]
            path = {"PYTHONPATH": str(Path(__file__).parents[2])}
            stack.enter_context(serving(command, f"{url}/healthz", folder=folder, environ=path))
            started.append(Node(url, folder))
        yield started[0], started[1]


def upload(node: Node, seed: int, title: str = "") -> httpx.Response:
    files = {"uploadfile": ("gull.jpeg", pictures.photo(300, 200, seed=seed), "image/jpeg")}
    return node.post(f"/upload/api/?title={title}", files=files)


def at_once(*acts: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """Return the responses to concurrent requests, so that timeouts do not add up."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(lambda act: act(), acts))


def until(condition: Callable[[], bool]) -> float:
    """Wait for the condition; return the seconds that this took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() < begun + RECOVERY
        time.sleep(0.05)
    return time.monotonic() - begun


def test_two_nodes_serve_the_same_images(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    id_ = upload(one, 1, "Gull").text
    page = f"/image/{id_}/"
    for node in (other, one):
        assert node.get(f"/240x160/{id_}").status_code == 200
        assert node.cached(id_) == ["240x160.jpeg"]
        assert page in node.get("/search?q=gull").text
    assert other.post(page + "rate/", data={"rating": "8"}).text == "8"
    assert "1 vote" in one.get(page).text
    assert one.post(page + "trash").status_code < 400
    assert one.cached(id_) == []
    until(lambda: other.cached(id_) == [])
    assert other.get(f"/240x160/{id_}").status_code == 404
    assert page not in other.get("/image/").text


def test_end_of_rights_empties_the_caches_of_both_nodes(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    id_ = upload(one, 5).text
    for node in nodes:
        assert node.get(f"/240x160/{id_}").status_code == 200
    one.post(f"/image/{id_}/rights", data={"until": day(1)}).raise_for_status()
    assert one.cached(id_) == []
    until(lambda: other.cached(id_) == [])
    for node in nodes:
        assert node.get(f"/240x160/{id_}").status_code == 200
        names = [name for name in node.cached(id_) if not name.startswith("~")]
        assert names == ["LIMITED-240x160.jpeg"]
    one.post(f"/image/{id_}/rights", data={"until": day(-1)}).raise_for_status()
    for node in nodes:
        assert node.get(f"/240x160/{id_}").status_code == 410


def test_cookies_and_tokens_are_valid_on_both_nodes(nodes: tuple[Node, Node]) -> None:
    one, other = (node.url for node in nodes)
    id_ = upload(nodes[0], 2).text
    page = f"/image/{id_}/"
    with httpx.Client(timeout=60, trust_env=False, verify=certificates()) as browser:

        def post(node: str, path: str, **data: str) -> httpx.Response:
            return browser.post(node + path, data=data, headers={"X-CSRF-Token": token})

        form = browser.get(f"{one}/upload/").text
        [token] = set(re.findall(r'name="csrf_token" value="([^"]+)"', form))
        assert post(other, page + "favorite/", rating="1").text == "ok"
        assert page in browser.get(f"{one}/favorites/").text
        assert post(one, page + "tag/", newtag="sea").json() == ["sea"]
        assert post(other, page + "rate/", rating="4").text == "4"
        assert post(one, page + "rate/", rating="6").text == "6"  # the same visitor, once more
        token = "of no form"
        assert post(other, page + "rate/", rating="1").status_code == 400


@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_node_without_couchdb_serves_cached_renditions(
    nodes: tuple[Node, Node], couch: Couch, how: str
) -> None:
    one, other = nodes
    seed = 10 + len(how)
    id_ = upload(one, seed).text
    page = f"/image/{id_}/"
    cached = one.get(f"/240x160/{id_}").content
    with couch.stopped() if how == "stopped" else couch.frozen():
        assert one.get(f"/240x160/{id_}").content == cached
        assert one.get("/healthz").status_code == 200
        uncached, ready, *refused = at_once(
            lambda: other.get(f"/100x100!/{id_}"),
            lambda: other.get("/readyz"),
            lambda: one.get("/"),
            lambda: one.get(page),
            lambda: one.post(page + "rate/", data={"rating": "1"}),
            lambda: upload(one, seed + 1),
        )
        assert uncached.status_code == 200
        assert "metadata" in ready.text
        for response in refused:
            assert response.status_code == 503
            assert int(response.headers["Retry-After"]) > 0
    for node in nodes:
        until(lambda node=node: node.get("/readyz").status_code == 200)  # type: ignore[misc]
        assert "vote" not in node.get(page).text
    before = one.get("/image/").text
    new = upload(one, seed + 1).text
    assert new not in before
    assert f"/image/{new}/" in other.get("/image/").text
    one.post(page + "trash").raise_for_status()
    until(lambda: other.cached(id_) == [])  # the node follows changes again


@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_node_without_s3_serves_cached_renditions(
    nodes: tuple[Node, Node], server: S3Server, how: str
) -> None:
    one, other = nodes
    seed = 30 + len(how)
    id_ = upload(one, seed, "Tern").text
    page = f"/image/{id_}/"
    cached = one.get(f"/240x160/{id_}").content
    with without(server) if how == "stopped" else server.frozen():
        assert one.get(f"/240x160/{id_}").content == cached
        for path in ("/", page, "/search?q=tern"):
            assert page in one.get(path).text
        assert other.post(page + "tag/", data={"newtag": how}).json() == [how]
        ready, *refused = at_once(
            lambda: one.get("/readyz"),
            lambda: other.get(f"/100x100!/{id_}"),
            lambda: upload(one, seed + 1),
        )
        assert "originals" in ready.text
        assert {response.status_code for response in refused} == {503}
    until(lambda: other.get(f"/100x100!/{id_}").status_code == 200)
    assert page in one.get(f"/tag/{how}/").text
    new = upload(one, seed + 1).text
    assert other.get(f"/o/{new}").status_code == 200
