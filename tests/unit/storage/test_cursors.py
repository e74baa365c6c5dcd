"""Encoding of cursors: round trip, and refusal of all other texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.domain.models import Query
from huimages_app.errors import BadCursor
from huimages_app.storage.cursors import decode, encode

POSITIONS = st.lists(
    st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False), max_size=3
)


@given(POSITIONS)
def test_position_is_decoded_as_it_was_encoded(position: list[str | int | float]) -> None:
    assert decode(Query(), encode(Query(), position)) == position


@given(st.text())
def test_decode_of_any_other_text_raises_bad_cursor(text: str) -> None:
    with pytest.raises(BadCursor):
        decode(Query(), text)


@given(POSITIONS, st.data())
def test_decode_of_a_damaged_cursor_raises_bad_cursor(
    position: list[str | int | float], data: st.DataObject
) -> None:
    cursor = encode(Query(), position)
    at = data.draw(st.integers(0, len(cursor) - 2))  # the last character holds unused bits
    other = data.draw(st.sampled_from("ABCDabcd0123-_").filter(lambda c: c != cursor[at]))
    with pytest.raises(BadCursor):
        decode(Query(), cursor[:at] + other + cursor[at + 1 :])


def test_decode_of_a_cursor_of_another_query_raises_bad_cursor() -> None:
    with pytest.raises(BadCursor):
        decode(Query(tag="sun"), encode(Query(tag="sea"), [1]))
