from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.domain.text import normalized

MARKS = "\N{COMBINING GRAVE ACCENT}\N{COMBINING GRAVE ACCENT BELOW}"
# Letters, marks, and what becomes both; a picture of a bicycle, and what joins such pictures.
ALPHABET = f"ae. \n{MARKS}éſ\N{COMBINING GREEK DIALYTIKA TONOS}\u1112\u1161\u11abﷺ\N{BICYCLE}\u200d"


@pytest.mark.parametrize("form", ["NFC", "NFKC", "NFKD"])
@given(text=st.text(ALPHABET, max_size=60) | st.text(max_size=60))
def test_normalized_text_equals_unicodedata(form, text):
    assert normalized(form, text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("text", ["e\u0301", "\u1112\u1161\u11ab", "\N{BICYCLE}", "한", " "])
def test_normalized_long_text_equals_unicodedata(text):
    assert normalized("NFC", text * 500) == unicodedata.normalize("NFC", text * 500)


def test_normalized_run_of_a_million_marks_is_linear():
    # As a whole it would take hours.
    assert len(normalized("NFC", "a" + MARKS * 500_000)) in {1_000_000, 1_000_001}
