from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.domain.tags import MAX_LENGTH, MAX_TAGS, add_tags, parse_tags
from huimages_app.domain.text import clean_tag
from huimages_app.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("", ()),
        (" , ,, ", ()),
        ("Red, bicycle  RED", ("red", "bicycle")),
        ("Straße\tGRÜN\nblau", ("straße", "grün", "blau")),
        ("cafe\u0301", ("caf\u00e9",)),
        ("a\x00b\x85c\u202ed", ("a", "b", "c", "d")),
        ('<b> "q" o\'clock', ("<b>", '"q"', "o'clock")),
    ],
)
def test_parse_tags_splits_and_cleans_text(typed: str, tags: tuple[str, ...]) -> None:
    assert parse_tags(typed) == tags


@pytest.mark.parametrize("typed", ["Gro\u0308\u00dfe", "GR\u00d6SSE ", " caf\u00e9\u200e", "a\tb"])
def test_clean_tag_gives_the_stored_form(typed: str) -> None:
    assert " ".join(parse_tags(typed)) == clean_tag(typed)


@given(st.text(max_size=60))
def test_parsed_tags_are_parsed_to_themselves(typed: str) -> None:
    tags = parse_tags(typed)
    assert parse_tags(" ".join(tags)) == tags
    assert parse_tags(",".join(tags)) == tags


def test_parse_tags_refuses_long_and_many_tags() -> None:
    assert parse_tags("x" * MAX_LENGTH) == ("x" * MAX_LENGTH,)
    with pytest.raises(BadInput, match="too long"):
        parse_tags("x" * (MAX_LENGTH + 1))
    many = " ".join(map(str, range(MAX_TAGS)))
    assert len(parse_tags(many)) == MAX_TAGS
    with pytest.raises(BadInput, match="51 tags are too many"):
        parse_tags(many + " more")


def test_add_tags_keeps_order_without_duplicates() -> None:
    assert add_tags(("a", "b"), ("c", "a")) == ("a", "b", "c")
