"""Division of texts into words, and of searches into phrases."""

import pytest

from huimages_app.domain.tokenizer import MAX_PHRASES, parse_query, tokenize


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
        ("море 日本語の自転車", ["море", *"日本語の自転車"]),
        ("東京タワー2024年", [*"東京タワー", "2024", "年"]),
        ("กรุงเทพ", [*"กรุงเทพ"]),
        ("Fest🎄🎉 20\N{DEGREE SIGN}C", ["fest", "🎄", "🎉", "20", "c"]),
        ("% \x00 \ue000", []),
    ],
)
def test_tokenize_divides_text_into_words(text: str, expected: list[str]) -> None:
    assert tokenize(text) == expected


def test_parse_query_splits_at_spaces_without_duplicates() -> None:
    assert parse_query(" 10106/02  Möwe - möwe\t12 ") == [("10106", "02"), ("mowe",), ("12",)]
    assert parse_query("%") == parse_query("") == []


def test_parse_query_returns_a_limited_number_of_phrases() -> None:
    assert len(parse_query(" ".join(map(str, range(1000))))) == MAX_PHRASES
