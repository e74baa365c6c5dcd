"""Keys of the word index."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.domain.tokenizer import parse_query, tokenize
from huimages_app.storage.couchdb.tokenizer import index_keys, matches, search_keys


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
