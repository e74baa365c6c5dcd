"""Counts of words are read once, and again when they are old."""

from __future__ import annotations

import pytest

from huimages_app.storage.couchdb import word_counts
from huimages_app.storage.couchdb.word_counts import WordCounts


def count_of(counts: WordCounts, word: str, number: int, *, trashed: bool = False) -> int:
    return counts.count(trashed, word, lambda: number)


def test_count_of_a_known_word_is_not_read_again() -> None:
    counts = WordCounts()
    assert count_of(counts, "sea", 3) == 3
    assert count_of(counts, "sea", 4) == 3
    assert count_of(counts, "gull", 5) == 5
    assert count_of(counts, "sea", 0, trashed=True) == 0


def test_old_count_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_counts, "_AGE", 0.0)
    counts = WordCounts()
    assert [count_of(counts, "sea", number) for number in (3, 4)] == [3, 4]


def test_number_of_remembered_words_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_counts, "_MAX_WORDS", 2)
    counts = WordCounts()
    for number, word in enumerate(["sea", "gull", "sun"]):
        count_of(counts, word, number)
    assert len(counts._counts) <= 2
    assert count_of(counts, "sea", 9) == 9
