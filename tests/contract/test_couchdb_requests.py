"""Number of requests of each operation; it does not depend on the size of the archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from huimages_app.domain.models import Count, Query
from huimages_app.storage.couchdb.install_views import views
from huimages_app.storage.couchdb.transport import Transport
from huimages_app.storage.interfaces import MetadataBackend
from tests.support.couch import Site

from .samples import START, an_id, an_image, annotate, change, put, walk, walk_back

# Expected number of requests, and the operation.  Image 7 of the archive has all fields.
QUESTIONS: dict[str, tuple[int, Callable[[MetadataBackend], object]]] = {
    "an image": (1, lambda store: store.images.get(an_id(7))),
    "an unknown image": (2, lambda store: with_errors(lambda: store.images.get(an_id(9999)))),
    "the images of a list of IDs": (1, lambda store: store.images.get_many(map(an_id, range(10)))),
    "a page of the newest or oldest": (1, lambda store: store.search.page(Query(), 5)),
    "a page of the best rated": (1, lambda store: store.search.page(Query(order="rated"), 5)),
    "a page in the order of taking": (1, lambda store: store.search.page(Query(order="taken"), 5)),
    "a page of a time of taking": (2, lambda store: store.search.page(Query(taken_from=START), 5)),
    "a page of the trash": (1, lambda store: store.search.page(Query(trashed=True), 5)),
    "a page of a type": (1, lambda store: store.search.page(Query(type="product"), 5)),
    "a page of a reference": (
        1,
        lambda store: store.search.page(Query(references=(("artnr", "1"),)), 5),
    ),
    "the images of an article in order": (
        1,
        lambda store: store.search.page(Query(references=(("artnr", "1"),), order="place"), 5),
    ),
    "a page of article numbers": (3, lambda store: store.search.articles("artnr", 5)),
    "the number of articles": (1, lambda store: store.search.count_articles("artnr")),
    "a page of a tag": (2, lambda store: store.search.page(Query(tag="sea"), 5)),
    "a page of a visitor's favourites": (
        2,
        lambda store: store.search.page(Query(favorite_of="vera"), 5),
    ),
    "a page of images changed since a time": (
        2,
        lambda store: store.search.page(Query(changed_since=START), 5),
    ),
    "a page of a search for a word": (3, lambda store: store.search.page(Query(text="gull"), 5)),
    "a page of a search for two words": (
        8,
        lambda store: store.search.page(Query(text="gull sea"), 5),
    ),
    "a page of a search for two words that were counted": (
        4,
        lambda store: store.search.page(Query(text="gull sea", order="oldest"), 5),
    ),
    "previous and next": (3, lambda store: store.search.neighbours(Query(), an_id(7))),
    "previous and next of a tag": (
        6,
        lambda store: store.search.neighbours(Query(tag="sea"), an_id(7)),
    ),
    "the number of images without each field": (
        1,
        lambda store: store.search.facet_sizes("without"),
    ),
    "the numbers of all images by filter": (3, lambda s: s.search.facet_counts(Query())),
    "the numbers of a type by filter": (
        2,
        lambda s: s.search.facet_counts(Query(type="product")),
    ),
    "the numbers of a tag by filter": (2, lambda s: s.search.facet_counts(Query(tag="sea"))),
    "the months of all images": (1, lambda store: store.search.months(Query())),
    "the months of a tag": (2, lambda store: store.search.months(Query(tag="sea"))),
    "the months of a search for a word": (2, lambda s: s.search.months(Query(text="gull"))),
    "the number of images whose rights end": (
        1,
        lambda store: store.search.count_ending(START.date(), START.date()),
    ),
    "the number of images in the trash": (
        1,
        lambda store: store.search.count_of(Query(trashed=True)),
    ),
    "the number of images": (1, lambda store: store.search.count()),
    "the number of images by title": (1, lambda s: s.search.count_of(Query(order="title"))),
    "the number of images of a year": (1, lambda s: s.search.count_of(Query(created_from=START))),
    "the number of images of a tag": (2, lambda store: store.search.count_of(Query(tag="sea"))),
    "the number of images with a word": (3, lambda store: store.search.count_of(Query(text="sea"))),
    "the number of favourites": (2, lambda s: s.search.count_of(Query(favorite_of="vera"))),
    "the number of images by rating": (1, lambda s: s.search.count_of(Query(order="rated"))),
    "the tag cloud": (2, lambda store: store.search.tags()),
    "the tag cloud, without new annotations": (0, lambda store: store.search.tags(limit=9)),
    "suggestions of tags": (0, lambda store: store.search.tags("s")),
    "spellings of the tag cloud": (0, lambda store: store.search.spellings(["sea", "sun"])),
    "the spelling of a tag": (0, lambda store: store.search.spellings(["sea"])),
    "all annotations of an image": (1, lambda store: store.annotations.of_image(an_id(7))),
    "annotation summaries of a page of images": (
        1,
        lambda s: s.annotations.summaries(map(an_id, range(10))),
    ),
    "the annotation of a visitor": (1, lambda store: store.annotations.get(an_id(7), "vera")),
    "the list of changes": (3, lambda store: store.search.changes(limit=5)),
    "saving a new image": (2, lambda store: put(store, an_image(10_000))),
    "changing the title": (2, lambda store: change(store, an_id(7), titles=("other",))),
    "adding a tag": (3, lambda store: annotate(store, an_id(7), "vera", tags=("x",))),
    "rating": (5, lambda store: annotate(store, an_id(7), "vera", rating=7)),
    "removing an image": (4, lambda store: store.images.remove(an_id(7))),
}


def with_errors(act: Callable[[], object]) -> None:
    with pytest.raises(Exception, match="no image"):
        act()


class Requests:
    """Counts what the session sends, and keeps what the views are asked."""

    def __init__(self) -> None:
        self.number = 0
        self.views: list[tuple[str, dict[str, str]]] = []

    def see(self, url: str) -> None:
        self.number += 1
        parts = urlsplit(url)
        if "/_view/" in parts.path:
            name = parts.path.rpartition("/")[2]
            self.views.append((name, dict(parse_qsl(parts.query))))


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Requests:
    requests, send = Requests(), Transport.request

    def request(transport: Transport, method: str, url: str, *rest: Any, **options: Any) -> Any:
        requests.see(url)
        return send(transport, method, url, *rest, **options)

    monkeypatch.setattr(Transport, "request", request)
    return requests


@pytest.mark.slow
@pytest.mark.parametrize("images", [20, 70])
def test_number_of_requests_does_not_depend_on_size(
    couchdb_site: Site, requests: Requests, images: int
) -> None:
    store = couchdb_site.metadata()
    for number in range(images):
        put(
            store,
            an_image(
                number,
                titles=("a gull",),
                types=("product",),
                references={"artnr": ("1",)},
                trashed=START if number % 10 == 9 else None,
                taken=START,
                sha256="x",
            ),
            tags=("sea",),
            favorite=True,
            rating=number % 5,
        )
    measured = {}
    for name, (_, ask) in QUESTIONS.items():
        requests.number = 0
        ask(store)
        measured[name] = requests.number
    assert measured == {name: expected for name, (expected, _) in QUESTIONS.items()}
    for count in (15, 1) * 20:
        requests.number = 0
        assert len(store.search.random(count)) == count
        assert requests.number in {1, 2}  # 2 if the draw began near the end of the IDs
    store.close()


def test_view_options_are_valid_in_couchdb(couchdb_site: Site, requests: Requests) -> None:
    """pouchdb-server accepts options that CouchDB rejects."""
    reduced = {name for f in ("images", "visitors") for name, v in views(f).items() if len(v) > 1}
    store = couchdb_site.metadata()
    for number in range(8):
        put(store, an_image(number, titles=("a gull",)), tags=("sea",), favorite=True, rating=5)
    for query in (Query(), Query(tag="sea"), Query(favorite_of="vera"), Query(text="gull sea")):
        assert len(walk(store, query)) == len(walk_back(store, query)) == 8
        store.search.neighbours(query, an_id(7))
    for _, ask in QUESTIONS.values():
        ask(store)
    store.search.random(5)
    assert len({name for name, _ in requests.views}) >= 10
    for name, options in requests.views:
        reduces = name in reduced and options.get("reduce") != "false"
        assert reduces or not {"group", "group_level"} & set(options), (name, options)
        assert reduces or options.get("reduce") != "true", (name, options)
        assert not (reduces and options.get("include_docs") == "true"), (name, options)
    store.close()


def test_page_reads_a_bounded_number_of_rounds(
    couchdb_site: Site, requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If other conditions exclude nearly all images, a page is short and has a next page."""
    store = couchdb_site.metadata()
    rare = {10, 85, 86, 149}
    for number in range(150):
        types = ("rare",) if number in rare else ()
        put(store, an_image(number, types=types, references={"artnr": ("1",)}))
    monkeypatch.setattr("huimages_app.storage.couchdb.walks._MAX_READ", 30)
    # Of two conditions on the same documents the first names the candidates: all of them.
    query = Query(references=(("artnr", "1"),), type="rare")
    requests.number = 0
    first = store.search.page(query, 5)
    assert requests.number == 5
    assert len(first.images) < len(rare)
    assert first.next is not None
    expected = [an_id(number) for number in sorted(rare, reverse=True)]
    assert walk(store, query, 5) == walk_back(store, query, 5) == expected
    store.close()


def test_count_reads_few_documents(
    couchdb_site: Site, requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = couchdb_site.metadata()
    for number in range(12):
        put(store, an_image(number, titles=("seagulls",)), tags=("sea",), favorite=True, rating=5)
    search = store.search
    decided = [
        Query(order="title"),
        Query(created_from=START.replace(microsecond=0)),
        Query(tag="sea"),
        Query(text="sea"),
        Query(favorite_of="vera"),
        Query(order="rated"),
    ]
    requests.views.clear()
    assert [search.count_of(query) for query in decided] == [Count(12)] * len(decided)
    read = [name for name, options in requests.views if options.get("include_docs") == "true"]
    assert read == []
    monkeypatch.setattr("huimages_app.storage.couchdb.walks._COUNTED", 8)
    assert search.count_of(Query(text="seagulls")) == Count(9, is_exact=False)
    monkeypatch.setattr("huimages_app.storage.couchdb.walks._COUNTED", 12)
    assert search.count_of(Query(text="seagulls")) == Count(12)
    store.close()


def test_count_of_a_page_goes_on_where_the_page_ended(
    couchdb_site: Site, requests: Requests
) -> None:
    store = couchdb_site.metadata()
    for number in range(30):
        put(store, an_image(number, titles=("seagulls",)), tags=("sea",))
    for query in (Query(text="seagulls"), Query(text="seagulls sea"), Query(tag="sea", text="gul")):
        for limit in (5, 40):
            page = store.search.page(query, limit)
            requests.views.clear()
            assert page.count is not None
            assert page.count() == Count(30)
            assert bool(requests.views) == (limit == 5)
    assert store.search.page(Query(), 5).count is None  # a reduced value
    store.close()


def test_reading_sends_equal_requests_once_until_a_write(
    couchdb_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = couchdb_site.metadata()
    put(store, an_image(1, titles=("Gull",)), tags=("sea",))
    sent, send = [], Transport._send

    def keep(transport: Transport, request: Any) -> Any:
        sent.append(request)
        return send(transport, request)

    def read() -> int:
        sent.clear()
        assert store.search.contains(Query(tag="sea"), an_id(1))
        assert store.annotations.summary(an_id(1)).tags == {"sea": 1}
        return len(sent)

    monkeypatch.setattr(Transport, "_send", keep)
    assert read() == 3
    with store.reading():
        assert store.images.get(an_id(1)).title == "Gull"
        assert (read(), read()) == (1, 0)
        change(store, an_id(1), titles=("Tern",))
        assert store.images.get(an_id(1)).title == "Tern"
        assert read() == 1
    assert read() == 3
    store.close()


def test_count_of_images_that_several_visitors_tagged_is_exact(
    couchdb_site: Site, requests: Requests
) -> None:
    store = couchdb_site.metadata()
    for number in range(3):
        put(store, an_image(number), tags=("sea",))
        for visitor in ("ben", "eva"):
            annotate(store, an_id(number), visitor, tags=("sea",))
    count_of = store.search.count_of
    # 9 rows, of which 4 are read: they may be of two images only.
    assert count_of(Query(tag="sea"), most=3) == Count(3)
    assert count_of(Query(tag="sea"), most=2) == Count(2, is_exact=False)
    requests.number = 0
    assert count_of(Query(tag="sea")) == Count(3)
    assert requests.number == 2
    store.close()


def test_many_recent_changes_are_not_sorted_in_memory(
    couchdb_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = couchdb_site.metadata()
    for number in range(30):
        put(store, an_image(number))
    for number in range(0, 30, 2):
        change(store, an_id(number), modified=START + timedelta(days=1))
    query = Query(changed_since=START + timedelta(hours=1))
    few = walk(store, query, 4)
    monkeypatch.setattr("huimages_app.storage.couchdb.few_candidates._FEW", 3)
    assert walk(store, query, 4) == few == [an_id(number) for number in range(28, -1, -2)]
    store.close()


def test_search_finds_characters_that_views_do_not_index(couchdb_site: Site) -> None:
    store = couchdb_site.metadata()
    known = put(store, an_image(1, titles=("\U00020000",)))
    put(store, an_image(2, titles=("\U00020001",)))
    assert walk(store, Query(text="\U00020000")) == [known]
    store.close()
