"""Items of a snapshot as lines, for all present and future fields of records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.domain.history import Change
from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Annotation, Image
from huimages_app.domain.rights import Rights
from huimages_app.storage.plain_values import from_plain, to_plain
from huimages_app.storage.snapshots import (
    ForeignDocument,
    StoredDocument,
    StoredImage,
    Tombstone,
    item_of,
    line_of,
)

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(float, st.floats(allow_nan=False))
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
st.register_type_strategy(str, TEXT)
DAY = st.just("") | st.dates().map(str)
st.register_type_strategy(Rights, st.builds(Rights, *[TEXT] * 7, DAY, DAY))
JSON = st.none() | TEXT | st.lists(TEXT, max_size=3)
st.register_type_strategy(
    Change,
    st.builds(Change, TEXT, st.datetimes(timezones=st.just(UTC)), TEXT, before=JSON, after=JSON),
)
NATIVE = st.dictionaries(TEXT, st.dictionaries(TEXT, st.integers()), max_size=2)


@pytest.mark.slow
@given(st.from_type(Image), st.dictionaries(TEXT, st.from_type(Annotation), max_size=3), NATIVE)
def test_image_with_all_fields_is_read_as_it_was_written(
    image: Image, annotations: dict[str, Annotation], native: dict[str, dict[str, int]]
) -> None:
    item = StoredImage(image, annotations, native)
    line = line_of(item)
    assert "\n" not in line
    assert item_of(line) == item


@pytest.mark.parametrize(
    "item",
    [
        Tombstone(image_id(b"1")),
        StoredDocument("token", "a", {}, {"couchdb": {"mtime": "x"}}),
        ForeignDocument("couchdb", "images", {"_id": "import-2008", "done": True}),
    ],
)
def test_other_items_are_read_as_they_were_written(
    item: Tombstone | StoredDocument | ForeignDocument,
) -> None:
    assert item_of(line_of(item)) == item


def test_field_with_its_default_value_is_left_out() -> None:
    created = datetime(2009, 4, 1, tzinfo=UTC)
    assert to_plain(Image("x", created, created, 3, 2)).keys() == {
        "id",
        "created",
        "modified",
        "width",
        "height",
    }


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"tombstone":"../../x"}',
        '{"image":{}}',
        '{"image":{"id":1}}',
        '{"image":"x"}',
        '{"kind":"a","record":{}}',
        '{"smell":"roses"}',
    ],
)
def test_invalid_line_raises_value_error(line: str) -> None:
    with pytest.raises(ValueError):
        item_of(line)


def test_value_without_a_plain_form_is_refused() -> None:
    @dataclass
    class Odd:
        content: object

    with pytest.raises(TypeError, match="no plain form of bytes"):
        to_plain(Odd(b"x"))
    with pytest.raises(TypeError, match="has no field 'other'"):
        from_plain(Annotation, {"other": 1})
