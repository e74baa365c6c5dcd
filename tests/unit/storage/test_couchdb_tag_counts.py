"""Counts of tags, kept between requests."""

from __future__ import annotations

import time
from typing import Any

import pytest

from huimages_app.storage.couchdb import tag_counts
from huimages_app.storage.couchdb.database import Row
from huimages_app.storage.couchdb.tag_counts import TagCounts


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
