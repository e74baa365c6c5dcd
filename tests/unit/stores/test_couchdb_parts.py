"""Parts of the CouchDB stores that need no server."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from huimages_app.errors import StoreDown
from huimages_app.stores.base import Image, Mark
from huimages_app.stores.couchdb import patience
from huimages_app.stores.couchdb.documents import document_of, image_of, mark_of, time_of
from huimages_app.stores.couchdb.patience import Stripes, insist
from huimages_app.stores.couchdb.server import Conflict
from huimages_app.stores.couchdb.sources import Listed, Start
from huimages_app.stores.couchdb.words import beginnings, matches
from huimages_app.stores.words import phrases, words

MOMENT = datetime(2009, 4, 1, 12, 0, 1, 50, tzinfo=UTC)


# -- insisting


def test_insisting_until_it_works() -> None:
    outcomes = iter([Conflict("1"), Conflict("2"), "done"])

    def attempt() -> str:
        outcome = next(outcomes)
        if isinstance(outcome, Conflict):
            raise outcome
        return outcome

    assert insist(attempt) == "done"


def test_insisting_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_ATTEMPTS", 3)
    attempts = []

    def attempt() -> None:
        attempts.append(1)
        raise Conflict("again")

    with pytest.raises(StoreDown, match="3 conflicts in a row"):
        insist(attempt)
    assert len(attempts) == 3


def test_threads_queue_up_but_not_for_ever() -> None:
    stripes = Stripes(patience=0.05)
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
    with Stripes(patience=60).held("a"):
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
    assert mark_of(None) == Mark()
    odd = {"tags": ["a", "a", 5, None], "favorite": 1, "rating": 7.0}
    assert mark_of(odd) == Mark(("a", "5"), True, 7)
    assert mark_of({"tags": "a", "favorite": None, "rating": "7"}) == Mark(("a",))


# -- words


@pytest.mark.parametrize(
    "text",
    ["Zwei Möwen", "Straße", "ΣΊΣΥΦΟΣ", "Йод ёж", "IMG_0815.jpeg", "10106/02", "ｆｕｌｌ",
     "İstanbul", "ŽLUŤOUČKÝ kůň", "日本語", "한국어 하", "קמץ", "नमस्ते", "ไทย", "ﾊﾝｶｸ"],
)  # fmt: skip
def test_the_views_know_the_words_of_the_program(text: str) -> None:
    assert beginnings(" ".join(words(text))) == beginnings(text) != []


@pytest.mark.parametrize(
    ("text", "found"),
    [("10106/02", True), ("10106/0", True), ("101", True), ("06/02", False), ("02/10106", False),
     ("möwe 101", True), ("möwe nichts", False), ("10106/02/3", False)],
)  # fmt: skip
def test_phrases_stand_in_texts(text: str, found: bool) -> None:
    texts = [words("Eine Möwe"), words("10106/02"), []]
    assert matches(phrases(text), texts) is found


# -- places


def test_listed_places_are_read_from_anywhere() -> None:
    source = Listed([("2", "b"), ("1", "a"), ("3", "c")])
    start = Start(("2", "b"))
    assert [c.id for c in source.read(None, 2, descending=False)] == ["a", "b"]
    assert [c.id for c in source.read(start, 9, descending=False)] == ["c"]
    assert [c.id for c in source.read(start, 9, descending=True)] == ["a"]
    inclusive = Start(("2", "b"), inclusive=True)
    assert [c.id for c in source.read(inclusive, 9, descending=True)] == ["b", "a"]
