"""Parts of the CouchDB stores that need no server."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Annotation, Image, Query
from huimages_app.domain.tokenizer import parse_query, words
from huimages_app.errors import StorageUnavailable
from huimages_app.storage.couchdb import retry
from huimages_app.storage.couchdb.annotations import CouchAnnotations
from huimages_app.storage.couchdb.client import Conflict, Row
from huimages_app.storage.couchdb.codec import annotation_of, document_of, image_of, time_of
from huimages_app.storage.couchdb.retry import StripedLocks, retry_on_conflict
from huimages_app.storage.couchdb.scans import Listed, Start
from huimages_app.storage.couchdb.search import CouchSearch
from huimages_app.storage.couchdb.tokenizer import matches, prefixes

MOMENT = datetime(2009, 4, 1, 12, 0, 1, 50, tzinfo=UTC)


# -- insisting


def test_insisting_until_it_works() -> None:
    outcomes = iter([Conflict("1"), Conflict("2"), "done"])

    def attempt() -> str:
        outcome = next(outcomes)
        if isinstance(outcome, Conflict):
            raise outcome
        return outcome

    assert retry_on_conflict(attempt) == "done"


def test_insisting_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_ATTEMPTS", 3)
    attempts = []

    def attempt() -> None:
        attempts.append(1)
        raise Conflict("again")

    with pytest.raises(StorageUnavailable, match="3 conflicts in a row"):
        retry_on_conflict(attempt)
    assert len(attempts) == 3


def test_threads_queue_up_but_not_for_ever() -> None:
    stripes = StripedLocks(patience=0.05)
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
    with StripedLocks(patience=60).held("a"):
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
def test_times(text: Any, time: datetime | None) -> None:
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
def test_odd_documents_are_images_and_stay_as_they_are(fields: dict[str, Any]) -> None:
    document = {"_id": "X", **fields}
    image = image_of(document)
    assert isinstance(image, Image)
    assert document_of(image, document) == document


def test_odd_values() -> None:
    image = image_of({"_id": "X", **ODD[1]})
    assert image.titles == ("one", "7")
    assert image.references == {"artnr": ("10106",), "x": ()}
    assert image_of({"_id": "X", **ODD[4]}).trashed is None
    assert image_of({"_id": "X", **ODD[5]}).trashed is not None


def test_odd_marks() -> None:
    assert annotation_of(None) == Annotation()
    odd = {"tags": ["a", "a", 5, None], "favorite": 1, "rating": 7.0}
    assert annotation_of(odd) == Annotation(("a", "5"), True, 7)
    assert annotation_of({"tags": "a", "favorite": None, "rating": "7"}) == Annotation(("a",))


# -- words


@pytest.mark.parametrize(
    "text",
    ["Zwei Möwen", "Straße", "ΣΊΣΥΦΟΣ", "Йод ёж", "IMG_0815.jpeg", "10106/02", "ｆｕｌｌ",
     "İstanbul", "ŽLUŤOUČKÝ kůň", "日本語", "한국어 하", "קמץ", "नमस्ते", "ไทย", "ﾊﾝｶｸ"],
)  # fmt: skip
def test_the_views_know_the_words_of_the_program(text: str) -> None:
    assert prefixes(" ".join(words(text))) == prefixes(text) != []


@pytest.mark.parametrize(
    ("text", "found"),
    [("10106/02", True), ("10106/0", True), ("101", True), ("06/02", False), ("02/10106", False),
     ("möwe 101", True), ("möwe nichts", False), ("10106/02/3", False)],
)  # fmt: skip
def test_phrases_stand_in_texts(text: str, found: bool) -> None:
    texts = [words("Eine Möwe"), words("10106/02"), []]
    assert matches(parse_query(text), texts) is found


# -- places


def test_listed_places_are_read_from_anywhere() -> None:
    source = Listed([("2", "b"), ("1", "a"), ("3", "c")])
    start = Start(("2", "b"))
    assert [c.id for c in source.read(None, 2, descending=False)] == ["a", "b"]
    assert [c.id for c in source.read(start, 9, descending=False)] == ["c"]
    assert [c.id for c in source.read(start, 9, descending=True)] == ["a"]
    inclusive = Start(("2", "b"), inclusive=True)
    assert [c.id for c in source.read(inclusive, 9, descending=True)] == ["b", "a"]


# -- keys that collate as equal


class Rows:
    """Stands in for a database with one view, whose rows come as CouchDB 3 sends them.

    `said` are the marks of images, for whoever asks what was really said.
    """

    def __init__(self, *rows: Row, said: Mapping[str, Any] | None = None) -> None:
        self._rows = rows
        self._said = said or {}

    def rows(self, view: str, *, limit: int | None = None, **options: Any) -> list[Row]:
        if view == "by_image":
            return [{"key": key, "value": self._said[key]} for key in options["keys"]]
        start = options.get("startkey", [])
        begin = next((n for n, row in enumerate(self._rows) if row["key"][1:] == start[1:]), 0)
        return list(self._rows[begin:][:limit])

    def get_many(self, ids: list[str]) -> dict[str, dict[str, Any]]:
        return {one: {"_id": one, "ctime": "20090401T120001"} for one in ids}


HEART, RED_HEART = "\u2764", "\u2764\ufe0f"  # ICU gives the variation selector no weight
ONE, OTHER, THIRD = (image_id(b"%d" % number) for number in range(3))


def test_pages_leave_out_what_only_collates_as_equal() -> None:
    keys = [(HEART, ONE), (RED_HEART, ONE), (RED_HEART, OTHER), (HEART, THIRD)]
    said = {
        one: {"visitor": "vera", "tags": [tag for tag, image in keys if image == one]}
        for one in (ONE, OTHER, THIRD)
    }
    visitors: Any = Rows(*({"key": [tag, "2009", one], "value": 1} for tag, one in keys), said=said)
    images: Any = Rows()
    collections = CouchSearch(images, visitors)
    for tag, expected in ((HEART, [ONE, THIRD]), (RED_HEART, [ONE, OTHER])):
        page = collections.page(Query(tag=tag), 5, None)
        assert [image.id for image in page.images] == expected
        first = collections.page(Query(tag=tag), 1, None)
        second = collections.page(Query(tag=tag), 1, first.next)
        assert [image.id for image in [*first.images, *second.images]] == expected


def test_tags_that_come_by_turns_are_counted_once() -> None:
    turns: Any = Rows(
        {"key": [HEART], "value": 2}, {"key": [RED_HEART], "value": 1}, {"key": [HEART], "value": 3}
    )
    search = CouchSearch(turns, turns)
    assert search.tags(HEART, None) == [(HEART, 5), (RED_HEART, 1)]
    assert search.tags(RED_HEART, None) == [(RED_HEART, 1)]


def test_marks_of_a_visitor_are_not_those_of_one_who_collates_as_equal() -> None:
    rows: Any = Rows(
        *({"key": [visitor, ONE], "value": {"rating": 5}} for visitor in (HEART, RED_HEART))
    )
    assert len(list(CouchAnnotations(rows, rows, StripedLocks(1)).by_visitor(HEART))) == 1
