"""Cursors go out and come back, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.domain.models import Query
from huimages_app.errors import BadCursor
from huimages_app.storage.cursors import decode, encode

PLACES = st.lists(
    st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False), max_size=3
)


@given(PLACES)
def test_a_place_comes_back(place: list[str | int | float]) -> None:
    assert decode(Query(), encode(Query(), place)) == place


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        decode(Query(), text)


@given(PLACES, st.data())
def test_a_damaged_one_is_refused(place: list[str | int | float], data: st.DataObject) -> None:
    cursor = encode(Query(), place)
    at = data.draw(st.integers(0, len(cursor) - 2))  # the last character holds unused bits
    other = data.draw(st.sampled_from("ABCDabcd0123-_").filter(lambda c: c != cursor[at]))
    with pytest.raises(BadCursor):
        decode(Query(), cursor[:at] + other + cursor[at + 1 :])


def test_one_of_another_collection_is_refused() -> None:
    with pytest.raises(BadCursor):
        decode(Query(tag="sun"), encode(Query(tag="sea"), [1]))
