"""Pages of search results from stand-ins for the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Query
from huimages_app.storage.couchdb.annotations import CouchAnnotations
from huimages_app.storage.couchdb.database import Row
from huimages_app.storage.couchdb.retry import StripedLocks
from huimages_app.storage.couchdb.scans import InMemoryScan
from huimages_app.storage.couchdb.search import CouchSearch
from huimages_app.storage.couchdb.tag_counts import TagCounts
from huimages_app.storage.couchdb.walks import next_size
from huimages_app.storage.cursors import Start


def test_in_memory_scan_reads_from_any_position() -> None:
    source = InMemoryScan([("2", "b"), ("1", "a"), ("3", "c")])
    start = Start(("2", "b"))
    assert [c.id for c in source.read(None, 2, descending=False)] == ["a", "b"]
    assert [c.id for c in source.read(start, 9, descending=False)] == ["c"]
    assert [c.id for c in source.read(start, 9, descending=True)] == ["a"]
    inclusive = Start(("2", "b"), inclusive=True)
    assert [c.id for c in source.read(inclusive, 9, descending=True)] == ["b", "a"]


class Rows:
    """Stands in for a database with one view, whose rows come as CouchDB 3 sends them.

    `annotations` are the values of the view by_image.
    """

    def __init__(self, *rows: Row, annotations: Mapping[str, Any] | None = None) -> None:
        self._rows = rows
        self._annotations = annotations or {}

    def rows(self, view: str, *, limit: int | None = None, **options: Any) -> list[Row]:
        if view == "by_spelling":
            return []
        start = options.get("startkey", [])
        begin = next((n for n, row in enumerate(self._rows) if row["key"][1:] == start[1:]), 0)
        return list(self._rows[begin:][:limit])

    def values_by_key(self, view: str, keys: list[str]) -> dict[str, list[Any]]:
        return {key: [self._annotations[key]] for key in keys}

    def get_many(self, ids: list[str]) -> dict[str, dict[str, Any]]:
        return {one: {"_id": one, "ctime": "20090401T120001"} for one in ids}


HEART, RED_HEART = "\u2764", "\u2764\ufe0f"  # ICU gives the variation selector no weight


ONE, OTHER, THIRD = (image_id(b"%d" % number) for number in range(3))


def test_page_leaves_out_collation_mismatches() -> None:
    keys = [(HEART, ONE), (RED_HEART, ONE), (RED_HEART, OTHER), (HEART, THIRD)]
    annotations = {
        one: {"visitor": "vera", "tags": [tag for tag, image in keys if image == one]}
        for one in (ONE, OTHER, THIRD)
    }
    visitors: Any = Rows(
        *({"key": [tag, "2009", one], "value": 1} for tag, one in keys), annotations=annotations
    )
    images: Any = Rows()
    collections = CouchSearch(images, visitors, TagCounts(visitors))
    for tag, expected in ((HEART, [ONE, THIRD]), (RED_HEART, [ONE, OTHER])):
        page = collections.page(Query(tag=tag), 5, None)
        assert [image.id for image in page.images] == expected
        first = collections.page(Query(tag=tag), 1, None)
        second = collections.page(Query(tag=tag), 1, first.next)
        assert [image.id for image in [*first.images, *second.images]] == expected


def test_tags_that_take_turns_are_counted_once() -> None:
    turns: Any = Rows(
        {"key": [HEART], "value": 2}, {"key": [RED_HEART], "value": 1}, {"key": [HEART], "value": 3}
    )
    search = CouchSearch(turns, turns, TagCounts(turns))
    assert search.tags(HEART) == [(HEART, 5), (RED_HEART, 1)]
    assert search.tags(RED_HEART) == [(RED_HEART, 1)]


class SearchRows:
    """Stands in for one database in a search for words; keeps the requests."""

    def __init__(
        self, *documents: dict[str, Any], annotations: Mapping[str, Any] | None = None
    ) -> None:
        self.documents = documents
        self.annotations = annotations or {}
        self.requests: list[tuple[str, dict[str, Any]]] = []

    def rows(self, view: str, **options: Any) -> list[Row]:
        self.requests.append((view, options))
        prefix = options["endkey"]  # of a descending read
        return [{"key": [*prefix, d["ctime"], d["_id"]], "doc": d} for d in self.documents]

    def values_by_key(self, view: str, keys: list[str]) -> dict[str, list[Any]]:
        if keys:
            self.requests.append((view, {"keys": keys}))
        return {key: [self.annotations[key]] for key in keys}

    def reduced(self, view: str, **options: Any) -> int:
        return len(self.documents)

    def get_many(self, ids: list[str]) -> dict[str, Any]:
        return {}


def test_search_for_two_words_reads_annotations_only_where_they_decide() -> None:
    def document(image_id: str, title: str, **fields: Any) -> dict[str, Any]:
        return {"_id": image_id, "ctime": "20090401T120001", "title": [title], **fields}

    images: Any = SearchRows(
        document(ONE, "red bike"),
        document(OTHER, "bike"),
        document(THIRD, "bike", deleted=True),
    )
    visitors: Any = SearchRows(annotations={OTHER: {"visitor": "vera", "tags": ["red"]}})
    search = CouchSearch(images, visitors, TagCounts(visitors))
    page = search.page(Query(text="red bike"), 5)
    assert {image.id for image in page.images} == {ONE, OTHER}
    keys = [options["keys"] for view, options in visitors.requests if view == "by_image"]
    assert keys == [[OTHER]]


@pytest.mark.parametrize(
    ("read", "found", "size"), [(71, 32, 85), (71, 0, 284), (71, 60, 50), (400, 1, 500)]
)
def test_next_round_of_a_page_reads_the_estimated_number_of_candidates(
    read: int, found: int, size: int
) -> None:
    assert next_size(read, found, limit=60) == size


def test_by_visitor_leaves_out_collation_mismatches() -> None:
    rows: Any = Rows(
        *({"key": [visitor, ONE], "value": {"rating": 5}} for visitor in (HEART, RED_HEART))
    )
    assert (
        len(list(CouchAnnotations(rows, rows, StripedLocks(1), TagCounts(rows)).by_visitor(HEART)))
        == 1
    )
