"""Installation and upgrade of the views, by accounts with and without the rights for it."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huimages_app.domain.models import Query
from huimages_app.errors import BadSetting, StorageUnavailable
from huimages_app.storage.couchdb import install_views
from huimages_app.storage.couchdb.tokenizer import MAX_KEYS, index_keys
from tests.support import letters
from tests.support.couch import Site, through
from tests.support.ecmascript import javascript
from tests.support.faults import Fault, FaultProxy
from tests.support.processes import free_port
from tests.support.refusing import Refusing

from .samples import fill, walk

# Of the views as they are, by the version.  Changed views need a new version.
DIGESTS = {
    2: {
        "images": "e9ade918ce6dfb7ab7383f7ec649f884b9f61afad307f7dd35c5b72d355361b7",
        "visitors": "6a58ffddd3c8c8211523afac7e41b7f5db3804ab053237f735934168b2d73b3d",
    },
    3: {
        "images": "02cce7a0b92aaf607cf946f8572a13272715638e68c6231ab2976afa809c4206",
        "visitors": "6a58ffddd3c8c8211523afac7e41b7f5db3804ab053237f735934168b2d73b3d",
    },
    4: {
        "images": "3153794356ebe80554ab8b40bb50ab6cfffbdb3c7d64124c44ad5d9c90463e86",
        "visitors": "3b382915c46dae9a5b9c46b689cdb4393a04c5f18e8911a2a8ce9e12d784962d",
    },
    5: {
        "images": "c0d3f54879b3dcc4471fba29299a49729037f5845c78f2828a489e4a5ebb1603",
        "visitors": "3b382915c46dae9a5b9c46b689cdb4393a04c5f18e8911a2a8ce9e12d784962d",
    },
}

GAVE_UP = (
    b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n"
    b'Content-Length: 43\r\n\r\n{"error": "timeout", "reason": "too long."}'
)


@pytest.fixture
def site(couchdb_url: str) -> Iterator[Site]:
    """Yield the names of three databases that do not exist yet."""
    site = Site(couchdb_url)
    yield site
    site.remove()


@pytest.fixture
def http(site: Site) -> Iterator[httpx.Client]:
    with site.http() as http:
        yield http


def ours(http: httpx.Client, database: str) -> dict[str, object]:
    return dict(http.get(f"/{database}/_design/huimages").raise_for_status().json())


def make_older(http: httpx.Client, database: str, **fields: object) -> None:
    """Replace the views by those of an earlier version of the program."""
    document = ours(http, database)
    document |= {"version": 0, "digest": "old", "views": {"gone": {"map": "function (doc) {}"}}}
    http.put(f"/{database}/_design/huimages", json=document | fields).raise_for_status()


def test_setup_creates_databases_and_views(site: Site, http: httpx.Client) -> None:
    store = site.metadata()
    with pytest.raises(StorageUnavailable):
        store.search.count()
    assert store.setup() == [
        f"{site.images}: views of version {install_views.VERSION} installed",
        f"{site.visitors}: views of version {install_views.VERSION} installed",
        f"{site.accounts}: database created",
    ]
    assert store.search.count() == 0
    rev = ours(http, site.images)["_rev"]
    assert store.setup() == [
        f"{site.images}: views are up to date",
        f"{site.visitors}: views are up to date",
        f"{site.accounts}: database exists",
    ]
    assert ours(http, site.images)["_rev"] == rev


def test_start_creates_databases_and_views(site: Site) -> None:
    store = site.metadata()
    store.prepare()
    assert store.search.count() == 0
    assert store.documents.get("account", "vera") is None


def test_upgrade_replaces_old_views(site: Site, http: httpx.Client) -> None:
    store = site.metadata()
    store.setup()
    known = fill(store, range(3))
    for upgrade in (store.setup, store.prepare):
        make_older(http, site.images)
        with pytest.raises(StorageUnavailable, match="huimages setup"):
            store.search.count()
        upgrade()
        assert walk(store, Query(order="oldest")) == known
    # The shadow views have been removed.
    assert http.get(f"/{site.images}/_design/huimages_next").status_code == 404


def test_upgrade_waits_for_slow_views(site: Site, http: httpx.Client) -> None:
    """Build views for longer than the timeout, as those of a large archive."""
    site.make()
    make_older(http, site.images)
    port = urlsplit(site.url).port
    assert port
    with FaultProxy(port) as proxy:
        store = replace(site, url=through(proxy.port, site.url), timeout=1).metadata()
        views = f"GET /{site.images}/_design/huimages_next/_view/".encode()
        with proxy.broken(Fault(only=views, delay=30)):
            setup = threading.Thread(target=store.setup)
            setup.start()
            time.sleep(2)
            assert setup.is_alive()
            assert ours(http, site.images)["version"] == 0
        setup.join(20)
        assert ours(http, site.images)["version"] == install_views.VERSION
        make_older(http, site.images)
        with (
            proxy.broken(Fault(only=views, garbage=b"nonsense")),
            pytest.raises(StorageUnavailable),
        ):
            store.setup()
        # CouchDB itself waits for a minute.
        with proxy.broken(Fault(only=views, garbage=GAVE_UP), times=1):
            store.setup()
        assert ours(http, site.images)["version"] == install_views.VERSION
        store.close()


@pytest.mark.parametrize("older", [True, False], ids=["an upgrade", "the first time"])
def test_upgrade_uses_views_before_it_deletes_the_shadow_views(
    site: Site, http: httpx.Client, older: bool
) -> None:
    """CouchDB closes an index together with the last design document that uses it."""
    if older:
        site.make()
        make_older(http, site.images)
    port = urlsplit(site.url).port
    assert port
    with FaultProxy(port) as proxy:
        store = replace(site, url=through(proxy.port, site.url)).metadata()
        store.setup()
        store.close()
        designs, view = f"/{site.images}/_design", next(iter(install_views.views("images")))
        asked = [request.partition("?")[0] for request in proxy.requests]
    steps = [f"PUT {designs}/huimages", f"GET {designs}/huimages/_view/{view}"]
    if older:
        staging = f"{designs}/huimages_next"
        steps = [f"PUT {staging}", f"GET {staging}/_view/{view}", *steps, f"PUT {staging}"]
    assert [request for request in asked if request in steps] == steps
    assert http.get(f"{designs}/huimages_next").status_code == 404


def test_setup_replaces_shadow_views_of_a_killed_setup(site: Site, http: httpx.Client) -> None:
    store = site.metadata()
    store.setup()
    make_older(http, site.images)
    http.put(f"/{site.images}/_design/huimages_next", json={"views": {}}).raise_for_status()
    store.setup()
    assert store.search.count() == 0
    assert http.get(f"/{site.images}/_design/huimages_next").status_code == 404


def test_start_leaves_views_of_a_large_archive_to_setup(
    site: Site,
    http: httpx.Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = site.metadata()
    store.setup()
    fill(store, range(3))
    make_older(http, site.images)
    monkeypatch.setattr(install_views, "_SMALL", 2)
    store.prepare()
    assert f"the views of '{site.images}' are old; run 'huimages setup'" in caplog.text
    assert ours(http, site.images)["version"] == 0
    store.setup()
    assert store.search.count() == 3


def test_setup_keeps_newer_views(site: Site, http: httpx.Client) -> None:
    store = site.metadata()
    store.setup()
    newer = {"version": install_views.VERSION + 1, "digest": "newer"}
    make_older(http, site.images, **newer)
    store.setup()
    store.prepare()
    assert ours(http, site.images)["version"] == install_views.VERSION + 1


def test_setup_keeps_foreign_design_documents(site: Site, http: httpx.Client) -> None:
    others = {"language": "javascript", "views": {"by_tag": {"map": "function (doc) {}"}}}
    for database in (site.images, site.visitors):
        http.put(f"/{database}").raise_for_status()
        http.put(f"/{database}/_design/tags", json=others).raise_for_status()
    store = site.metadata()
    store.setup()
    make_older(http, site.images)
    store.setup()
    for database in (site.images, site.visitors):
        found = http.get(f"/{database}/_design/tags").json()
        assert found["_rev"].startswith("1-")
        assert found["views"] == others["views"]


class TestWithoutRights:
    """An account that may read and write documents, and no more."""

    @pytest.fixture
    def refused(self, site: Site) -> Iterator[Site]:
        with Refusing(site.url) as url:
            yield Site(url, images=site.images)

    def test_start_with_current_views_logs_nothing(
        self, site: Site, refused: Site, caplog: pytest.LogCaptureFixture
    ) -> None:
        site.make()
        store = refused.metadata()
        with caplog.at_level(logging.WARNING):
            store.prepare()
        assert caplog.text == ""
        fill(store, range(2))
        assert store.search.count() == 2

    def test_old_views_need_an_administrator(
        self, site: Site, refused: Site, http: httpx.Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        site.make()
        make_older(http, site.visitors)
        store = refused.metadata()
        store.prepare()
        assert "may not set up the database" in caplog.text
        assert "run 'huimages setup' with an administrator's account" in caplog.text
        fill(store, range(2))
        assert store.search.count() == 2
        with pytest.raises(BadSetting, match="may not set up the database"):
            store.setup()

    def test_missing_databases_need_an_administrator(
        self, refused: Site, caplog: pytest.LogCaptureFixture
    ) -> None:
        refused.metadata().prepare()
        assert caplog.text.count("may not set up the database") == 3
        with pytest.raises(BadSetting):
            refused.metadata().setup()


def test_start_without_server_raises() -> None:
    site = Site(f"http://127.0.0.1:{free_port()}/", timeout=1)
    with pytest.raises(StorageUnavailable):
        site.metadata().prepare()


def test_views_have_the_digest_of_their_version() -> None:
    """Nodes of one site tell old views from new ones by the version alone."""
    folders = ("images", "visitors")
    assert {folder: install_views.digest(folder) for folder in folders} == DIGESTS[
        install_views.VERSION
    ]


# -- the JavaScript, which CouchDB may run in engines of any age


def test_views_are_ecmascript_5() -> None:
    sources = [
        view["map"]
        for folder in ("images", "visitors")
        for view in install_views.views(folder).values()
    ]
    program = """
      var sources = JSON.parse(require('fs').readFileSync(0, 'utf8'));
      sources.forEach(function (s) { require('acorn').parse('(' + s + ')', {ecmaVersion: 5}) });
      console.log(sources.length);
    """
    assert int(javascript(program, json.dumps(sources))) == len(sources) > 10
    assert all(source.startswith("function (doc) {") for source in sources)


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=40))
def test_views_and_program_have_the_same_keys(texts: list[str]) -> None:
    texts += [
        "Äpfel & Birnen_2, Straße ŽLUTÝ",
        "日本語の自転車 ｆｕｌｌ 한국어 ไทย",
        "Ωσς x😀y İx ½",
        "\x00 a\u0301",
        "I ❤️ Wien🎄party\U00020000\U00010330",
        " ".join(f"wort{number}ende" for number in range(MAX_KEYS)),
    ]
    program = """
      var input = JSON.parse(require('fs').readFileSync(0, 'utf8')), found;
      function emit(key) { found.push(key[0]); }
      var map = eval('(' + input.map + ')');
      console.log(JSON.stringify(input.texts.map(function (text) {
        found = [];
        map({_id: new Array(33).join('A') + '01-x', tags: [text]});
        return found;
      })));
    """
    view = install_views.views("visitors")["by_word"]["map"]
    output = javascript(program, json.dumps({"map": view, "texts": texts}))
    for text, found in zip(texts, json.loads(output), strict=True):
        assert found == index_keys([text])


def test_letter_table_matches_its_unicode_version() -> None:
    stored = json.loads(
        Path("huimages_app/storage/couchdb/views/shared/letters.json").read_text(encoding="utf-8")
    )
    made = letters.letters()
    if made["unicode"] == stored["unicode"]:
        assert made == stored
    else:  # a newer Python knows more letters; those of the table have not changed
        assert set(stored["folded"]) <= set(made["folded"])
