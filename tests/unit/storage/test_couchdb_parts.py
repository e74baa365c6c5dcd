"""Parts of the CouchDB stores that need no server."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Annotation, Image, Query
from huimages_app.domain.tokenizer import parse_query, tokenize
from huimages_app.errors import StorageUnavailable
from huimages_app.storage.couchdb import retry, tag_counts
from huimages_app.storage.couchdb.annotations import CouchAnnotations
from huimages_app.storage.couchdb.codec import (
    annotation_document,
    annotation_of,
    document_of,
    image_of,
    time_of,
)
from huimages_app.storage.couchdb.conflicts import (
    merge_annotations,
    merge_documents,
    merge_images,
)
from huimages_app.storage.couchdb.database import Conflict, Row
from huimages_app.storage.couchdb.retry import StripedLocks, retry_on_conflict
from huimages_app.storage.couchdb.scans import InMemoryScan, Start
from huimages_app.storage.couchdb.search import CouchSearch, next_size
from huimages_app.storage.couchdb.tag_counts import TagCounts
from huimages_app.storage.couchdb.tokenizer import index_keys, matches, search_keys

MOMENT = datetime(2009, 4, 1, 12, 0, 1, 50, tzinfo=UTC)


# -- retrying


def test_retry_repeats_until_there_is_no_conflict() -> None:
    outcomes = iter([Conflict("1"), Conflict("2"), "done"])

    def attempt() -> str:
        outcome = next(outcomes)
        if isinstance(outcome, Conflict):
            raise outcome
        return outcome

    assert retry_on_conflict(attempt) == "done"


def test_retry_stops_after_its_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_ATTEMPTS", 3)
    attempts = []

    def attempt() -> None:
        attempts.append(1)
        raise Conflict("again")

    with pytest.raises(StorageUnavailable, match="3 conflicts in a row"):
        retry_on_conflict(attempt)
    assert len(attempts) == 3


def test_striped_lock_is_held_until_the_timeout() -> None:
    stripes = StripedLocks(timeout=0.05)
    with stripes.held("a"):
        entered = threading.Event()

        def enter() -> None:
            with stripes.held("a"):
                entered.set()

        thread = threading.Thread(target=enter)
        thread.start()
        assert not entered.wait(0.01)
        assert entered.wait(5)
        thread.join()
    with StripedLocks(timeout=60).held("a"):
        pass


# -- documents


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("20090401T120001.000050", MOMENT),
        ("20090401T120001", MOMENT.replace(microsecond=0)),
        ("2009-04-01", None),
        ("", None),
        (None, None),
        (20090401, None),
    ],
)
def test_time_is_parsed_or_none(text: Any, time: datetime | None) -> None:
    assert time_of(text) == time


ODD: list[dict[str, Any]] = [
    {"title": "one", "width": "wide", "height": None},
    {"title": [None, "one", 7, True, ["x"]], "references": {"artnr": 10106, "x": None}},
    {"title": {}, "references": ["artnr"], "types": 3, "_attachments": []},
    {"focus": [0.5], "alt": 5, "_attachments": {"a": "no stub"}},
    {"focus": ["x", "y"], "deleted": "yes", "ctime": 2009, "mtime": "yesterday"},
    {"deleted": True, "bytes": 1.0},
]


@pytest.mark.parametrize("fields", ODD)
def test_odd_documents_round_trip_unchanged(fields: dict[str, Any]) -> None:
    document = {"_id": "X", **fields}
    image = image_of(document)
    assert isinstance(image, Image)
    assert document_of(image, document) == document


def test_odd_values_are_converted() -> None:
    image = image_of({"_id": "X", **ODD[1]})
    assert image.titles == ("one", "7")
    assert image.references == {"artnr": ("10106",), "x": ()}
    assert image_of({"_id": "X", **ODD[4]}).trashed is None
    assert image_of({"_id": "X", **ODD[5]}).trashed is not None


def test_odd_annotations_are_converted() -> None:
    assert annotation_of(None) == Annotation()
    odd = {"tags": ["a", "a", 5, None], "favorite": 1, "rating": 7.0}
    assert annotation_of(odd) == Annotation(("a", "5"), True, 7)
    assert annotation_of({"tags": "a", "favorite": None, "rating": "7"}) == Annotation(("a",))


@pytest.mark.parametrize("fields", [{}, {"tags": [], "favorite": False}])
def test_string_of_tags_is_one_tag(fields: dict[str, Any]) -> None:
    assert annotation_of({**fields, "tags": "rot blau"}) == Annotation(("rot blau",))


def test_new_document_has_no_empty_fields() -> None:
    image = Image("X", MOMENT, MOMENT, 60, 40)
    assert document_of(image, None) == {
        "_id": "X",
        "ctime": "20090401T120001.000050",
        "mtime": "20090401T120001.000050",
        "width": 60,
        "height": 40,
        "deleted": False,
    }
    annotation = annotation_document("X", "vera", Annotation(rating=0), None)
    assert annotation == {
        "_id": "X-vera", "imageid": "X", "userid": "vera", "favorite": False, "rating": 0,
    }  # fmt: skip


def test_field_that_loses_its_value_is_removed() -> None:
    document = {"_id": "X", "title": ["a"], "alt": "b", "references": {"artnr": ["1"]}, "note": ""}
    image = replace(image_of(document), titles=(), alt="", references={})
    assert document_of(image, document) == {"_id": "X", "note": ""}
    annotated = {"_id": "X-vera", "tags": ["a"], "rating": 3, "note": ""}
    left = annotation_document("X", "vera", Annotation(), annotated)
    assert left == {
        "_id": "X-vera", "imageid": "X", "userid": "vera", "favorite": False, "note": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("attachments", "name"),
    [
        ({"a.txt": ("text/plain", 999), "image.jpeg": ("image/jpeg", 50)}, "image.jpeg"),
        ({"a-thumb.jpeg": ("image/jpeg", 9), "b.png": ("image/png", 50)}, "b.png"),
        ({"b": ("application/octet-stream", 9), "c": ("application/octet-stream", 9)}, "b"),
        ({}, ""),
    ],
)
def test_file_name_is_that_of_the_picture(
    attachments: dict[str, tuple[str, int]], name: str
) -> None:
    stubs = {n: {"content_type": kind, "length": size} for n, (kind, size) in attachments.items()}
    assert image_of({"_id": "X", "_attachments": stubs}).filename == name


# -- merging


def test_merged_titles_keep_the_first_one_first_and_the_newest_last() -> None:
    older = {"_id": "X", "mtime": "2009", "title": ["a", "b", "older"], "alt": "old", "note": 1}
    newer = {"_id": "X", "mtime": "2010", "title": ["a", "b", "newer"], "alt": "new"}
    for revisions in ([older, newer], [newer, older]):
        merged = merge_images(revisions)
        assert merged["title"] == ["a", "b", "older", "newer"]
        assert (merged["alt"], merged["note"], merged["mtime"]) == ("new", 1, "2010")


def test_merged_image_has_the_size_that_belongs_to_its_hash() -> None:
    measured = {"mtime": "2009", "sha256": "f", "width": 40, "height": 60}
    legacy = {"mtime": "2010", "width": 60, "height": 40, "references": {"artnr": "7"}}
    merged = merge_images([legacy, measured])
    assert (merged["width"], merged["height"], merged["sha256"]) == (40, 60, "f")
    assert merged["references"] == {"artnr": ["7"]}


def test_merged_image_keeps_the_places_of_both_revisions() -> None:
    older = {"mtime": "2009", "places": {"artnr": {"1": {"at": 5}, "2": {"at": 7}}}}
    newer = {"mtime": "2010", "places": {"artnr": {"2": {"at": 8}}, "ean": {"3": {"at": 1}}}}
    for revisions in ([older, newer], [newer, older]):
        assert merge_images(revisions)["places"] == {
            "artnr": {"1": {"at": 5}, "2": {"at": 8}},
            "ean": {"3": {"at": 1}},
        }


def test_merged_annotation_keeps_tags_favourite_and_rating() -> None:
    one: dict[str, Any] = {"tags": "rot", "favorite": False, "image_ctime": "2009"}
    other = {"tags": ["blau"], "favorite": True, "rating": 0, "note": "x"}
    merged = merge_annotations([one, other])
    assert merged == {
        "tags": ["rot", "blau"], "favorite": True, "rating": 0, "image_ctime": "2009", "note": "x",
    }  # fmt: skip


def test_merged_counter_is_the_larger_one() -> None:
    def document(mtime: str, **record: Any) -> dict[str, Any]:
        return {"kind": "k", "key": "x", "mtime": mtime, "record": record}

    merged = merge_documents(
        [document("1", count=3, epoch="old", addresses=["a"]), document("2", count=2, epoch="new")]
    )
    assert merged["record"] == {"count": 3, "epoch": "new", "addresses": ["a"]}


# -- tag counts


class CountedRows:
    """Stands in for the database of annotations; counts the requests for tags."""

    def __init__(self, **tags: int) -> None:
        self.tags = tags
        self.requests: list[dict[str, Any]] = []

    def rows(self, view: str, *, group_level: int, **within: Any) -> list[Row]:
        if view == "by_spelling":
            return []
        self.requests.append(within)
        wanted = within.get("startkey", list(self.tags))
        return [{"key": [t], "value": n} for t, n in self.tags.items() if t in wanted and n]


def test_write_of_one_tag_counts_that_tag_only() -> None:
    database: Any = CountedRows(sea=3, sun=1)
    counts = TagCounts(database)
    for _ in range(3):
        assert counts.ranking() == [("sea", 3), ("sun", 1)]
    assert database.requests == [{}]
    database.tags |= {"sun": 5, "sea": 0}
    counts.mark_changed(["sun", "sea"])
    assert counts.ranking() == counts.ranking() == [("sun", 5)]
    assert [request["startkey"] for request in database.requests[1:]] == [["sun"], ["sea"]]


def test_tags_of_other_processes_appear_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_counts, "_MIN_AGE", 0.0)
    monkeypatch.setattr(tag_counts, "_COST", 0)
    database: Any = CountedRows(sea=3)
    counts = TagCounts(database)
    assert counts.ranking() == [("sea", 3)]
    database.tags |= {"sun": 5}
    deadline = time.monotonic() + 10
    while counts.ranking() != [("sun", 5), ("sea", 3)]:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_many_changed_tags_are_counted_in_one_request() -> None:
    database: Any = CountedRows(sea=3)
    counts = TagCounts(database)
    counts.ranking()
    counts.mark_changed(str(number) for number in range(1000))
    assert counts.ranking() == counts.ranking() == [("sea", 3)]
    assert database.requests == [{}, {}]


# -- words


@pytest.mark.parametrize(
    "text",
    ["Zwei Möwen", "Straße", "ΣΊΣΥΦΟΣ", "Йод ёж", "IMG_0815.jpeg", "10106/02", "ｆｕｌｌ",
     "İstanbul", "ŽLUŤOUČKÝ kůň", "日本語", "한국어 하", "קמץ", "नमस्ते", "ไทย", "ﾊﾝｶｸ",
     "🎄", "❤️", "party🎉", "\U00020000"],
)  # fmt: skip
def test_keys_of_a_search_are_keys_of_its_text(text: str) -> None:
    keys = search_keys(parse_query(text))
    assert keys
    assert set(keys) <= set(index_keys([text]))


@pytest.mark.parametrize(
    ("text", "keys"),
    [("a", ["a"]), ("ab", ["ab"]), ("abc", ["abc"]), ("abcd", ["abc"]), ("abcde", ["abcde"]),
     ("strandkorb", ["randk"]), ("107/02 0107", ["02", "010", "107"]), ("自転", ["自", "転"]),
     ("ab\U00010330cde", ["cde"])],
)  # fmt: skip
def test_long_words_are_looked_up_by_their_middle(text: str, keys: list[str]) -> None:
    assert search_keys(parse_query(text)) == keys


@given(st.text("abc12", min_size=3, max_size=12), st.text("abc12", max_size=4), st.booleans())
def test_keys_find_the_inside_of_a_word(word: str, around: str, is_last: bool) -> None:
    text = f"x {around}{word}" + ("" if is_last else around)
    assert set(search_keys(parse_query(word))) <= set(index_keys([text]))


@pytest.mark.parametrize(
    ("text", "found"),
    [("10106/02", True), ("10106/0", True), ("101", True), ("06/02", False), ("106/02", True),
     ("010", True), ("02/10106", False),
     ("möwe 101", True), ("möwe nichts", False), ("10106/02/3", False)],
)  # fmt: skip
def test_phrases_match_texts(text: str, found: bool) -> None:
    texts = [tokenize("Eine Möwe"), tokenize("10106/02"), []]
    assert matches(parse_query(text), texts) is found


# -- scans


def test_in_memory_scan_reads_from_any_position() -> None:
    source = InMemoryScan([("2", "b"), ("1", "a"), ("3", "c")])
    start = Start(("2", "b"))
    assert [c.id for c in source.read(None, 2, descending=False)] == ["a", "b"]
    assert [c.id for c in source.read(start, 9, descending=False)] == ["c"]
    assert [c.id for c in source.read(start, 9, descending=True)] == ["a"]
    inclusive = Start(("2", "b"), inclusive=True)
    assert [c.id for c in source.read(inclusive, 9, descending=True)] == ["b", "a"]


# -- keys that collate as equal


class Rows:
    """Stands in for a database with one view, whose rows come as CouchDB 3 sends them.

    `annotations` are the values of the view by_image.
    """

    def __init__(self, *rows: Row, annotations: Mapping[str, Any] | None = None) -> None:
        self._rows = rows
        self._annotations = annotations or {}

    def rows(self, view: str, *, limit: int | None = None, **options: Any) -> list[Row]:
        if view == "by_image":
            return [{"key": key, "value": self._annotations[key]} for key in options["keys"]]
        if view == "by_spelling":
            return []
        start = options.get("startkey", [])
        begin = next((n for n, row in enumerate(self._rows) if row["key"][1:] == start[1:]), 0)
        return list(self._rows[begin:][:limit])

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
        if view == "by_image":
            return [{"key": k, "value": self.annotations[k]} for k in options["keys"]]
        prefix = options["endkey"]  # of a descending read
        return [{"key": [*prefix, d["ctime"], d["_id"]], "doc": d} for d in self.documents]

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
def test_next_round_of_a_page_reads_what_probably_completes_it(
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
