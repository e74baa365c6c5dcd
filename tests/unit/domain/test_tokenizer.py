"""What counts as a word."""

import pytest

from huimages_app.domain.tokenizer import MAX_PHRASES, phrases, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zwei Möwen", ["zwei", "mowen"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("Mo\u0308we", ["mowe"]),
        ("10106/02 AB-12.3", ["10106", "02", "ab", "12", "3"]),
        ("IMG_0815.jpeg", ["img", "0815", "jpeg"]),
        ("l'été “x”", ["l", "ete", "x"]),
        ("Ｆｕｌｌ ﬁne", ["full", "fine"]),
        ("日本 море", ["日本", "море"]),
        ("🎄 % \x00 \ue000", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_phrases_are_what_stands_between_spaces_each_once() -> None:
    assert phrases(" 10106/02  Möwe - möwe\t12 ") == [("10106", "02"), ("mowe",), ("12",)]
    assert phrases("%") == phrases("") == []


def test_a_search_has_an_end() -> None:
    assert len(phrases(" ".join(map(str, range(1000))))) == MAX_PHRASES
