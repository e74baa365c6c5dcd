from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.domain.models import Annotation
from huimages_app.domain.tags import (
    MAX_LENGTH,
    MAX_TAGS,
    by_tag,
    parse_tag,
    parse_tags,
    with_renamed_tag,
    with_tags,
    without_tags,
)
from huimages_app.domain.text import clean_tag
from huimages_app.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("", ()),
        (" , ,, ", ()),
        ("Red, bicycle  RED", ("RED", "bicycle")),
        ("Straße\tGRÜN\nblau", ("Straße", "GRÜN", "blau")),
        ("cafe\u0301", ("caf\u00e9",)),
        ("a\x00b\x85c\u202ed", ("a", "b", "c", "d")),
        ('<b> "q" o\'clock', ("<b>", '"q"', "o'clock")),
    ],
)
def test_parse_tags_splits_and_cleans_text(typed: str, tags: tuple[str, ...]) -> None:
    assert parse_tags(typed) == tags


@pytest.mark.parametrize("typed", ["Gro\u0308\u00dfe", "GR\u00d6SSE ", " caf\u00e9\u200e", "a\tb"])
def test_clean_tag_gives_the_stored_form(typed: str) -> None:
    assert " ".join(by_tag(parse_tags(typed))) == clean_tag(typed)


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


def test_parse_tags_refuses_a_tag_that_is_too_long_in_lower_case() -> None:
    assert parse_tags("İ" * (MAX_LENGTH // 2)) == ("İ" * (MAX_LENGTH // 2),)
    with pytest.raises(BadInput, match="too long"):
        parse_tags("İ" * (MAX_LENGTH // 2 + 1))


@pytest.mark.parametrize("typed", ["", " ", "a b", "a,b"])
def test_parse_tag_refuses_any_other_number_of_tags(typed: str) -> None:
    assert parse_tag(" Sea ") == "Sea"
    with pytest.raises(BadInput, match="is not one tag"):
        parse_tag(typed)


def test_with_tags_keeps_order_without_duplicates() -> None:
    annotation = with_tags(Annotation(("a", "b")), ("c", "A"))
    assert annotation == Annotation(("a", "b", "c"), spellings={"a": "A"})
    assert with_tags(annotation, ["a"]) == Annotation(("a", "b", "c"))


def test_with_tags_refuses_too_many_tags() -> None:
    annotation = with_tags(Annotation(), map(str, range(MAX_TAGS)))
    assert with_tags(annotation, ["1"]) == annotation
    with pytest.raises(BadInput, match="51 tags are too many"):
        with_tags(annotation, ["more"])


def test_without_tags_drops_their_spellings() -> None:
    annotation = with_tags(Annotation(rating=3), ["A", "B"])
    assert without_tags(annotation, ["a"]) == Annotation(("b",), rating=3, spellings={"b": "B"})


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("Lake", Annotation(("lake", "sun"), spellings={"lake": "Lake", "sun": "Sun"})),
        ("SEA", Annotation(("sea", "sun"), spellings={"sea": "SEA", "sun": "Sun"})),
        ("sea", Annotation(("sea", "sun"), spellings={"sun": "Sun"})),
        ("SUN", Annotation(("sun",), spellings={"sun": "SUN"})),
    ],
)
def test_renamed_tag_keeps_its_position(spelling: str, expected: Annotation) -> None:
    annotation = with_tags(Annotation(), ["Sea", "Sun"])
    assert with_renamed_tag(annotation, "sea", spelling) == expected
    assert with_renamed_tag(annotation, "other", spelling) == annotation


def test_tags_are_removed_in_any_case() -> None:
    annotation = with_tags(Annotation(), ["Sea", "old"])
    assert without_tags(annotation, ["SEA"]) == with_tags(Annotation(), ["old"])
