from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huimages_app.domain.text import (
    MAX_ALT,
    MAX_FILENAME,
    MAX_REFERENCE,
    MAX_TITLE,
    clean,
    clean_alt,
    clean_filename,
    clean_reference,
    clean_references,
    clean_title,
)
from huimages_app.errors import BadInput


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("  Red \t bicycle\r\n", "Red bicycle"),
        ("a\x00b\x1bc", "a b c"),
        ("cafe\u0301", "caf\u00e9"),
        ("evil\u202egpj.exe", "evil gpj.exe"),
        ("broken \udcff name", "broken ? name"),
        ("<b>\"bold\"</b> & 'so'", "<b>\"bold\"</b> & 'so'"),
        ("\u2028two\u2029lines", "two lines"),
    ],
)
def test_clean_returns_one_printable_line(sent: str, stored: str) -> None:
    assert clean(sent) == stored


@given(st.text())
def test_clean_of_clean_text_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert "\n" not in once
    once.encode()


def test_long_text_is_refused_and_not_cut() -> None:
    assert clean_title("x" * MAX_TITLE) == "x" * MAX_TITLE
    with pytest.raises(BadInput, match="the title is too long: 501 characters, at most 500"):
        clean_title("x" * (MAX_TITLE + 1))
    with pytest.raises(BadInput, match="alternative text"):
        clean_alt("x" * (MAX_ALT + 1))


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("photo.jpg", "photo.jpg"),
        ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("..", ""),
        (".htaccess", "htaccess"),
        ("", ""),
        ("a/", ""),
        ("x\r\nSet-Cookie: y.jpg", "x Set-Cookie: y.jpg"),
    ],
)
def test_clean_filename_is_the_last_part_of_a_path(sent: str, stored: str) -> None:
    assert clean_filename(sent) == stored


@given(st.text(min_size=100), st.sampled_from(["", ".jpeg", "." + "x" * 30]))
def test_clean_filename_fits_a_file_system(stem: str, ending: str) -> None:
    name = clean_filename(stem + ending)
    assert len(name.encode()) <= MAX_FILENAME
    assert clean_filename(name) == name


def test_clean_filename_of_a_long_name_keeps_its_ending() -> None:
    name = clean_filename("ü" * 300 + ".jpeg")
    assert name.endswith("ü.jpeg")
    assert len(name.encode()) <= MAX_FILENAME


def test_clean_references_leaves_out_empty_values() -> None:
    given = {"artnr": [" 10106", "10106 ", "", "10107"], "path": [" "]}
    assert clean_references(given) == {"artnr": ("10106", "10107")}


@pytest.mark.parametrize("key", ["", "Art Nr", "1st", "a" * 41, "ä", "a\n"])
def test_clean_references_refuses_invalid_keys(key: str) -> None:
    with pytest.raises(BadInput, match="can't be the key of a reference"):
        clean_references({key: ["x"]})


def test_clean_references_names_the_key_of_a_long_value() -> None:
    with pytest.raises(BadInput, match="the reference artnr is too long"):
        clean_references({"artnr": ["x" * (MAX_REFERENCE + 1)]})


@pytest.mark.parametrize("typed", ["10106/02 ", " Mo\u0308we", "a\u200e  b", "Ä\t"])
def test_clean_reference_gives_the_stored_form(typed: str) -> None:
    assert clean_references({"artnr": [typed]}) == {"artnr": (clean_reference(typed),)}


def test_clean_references_refuses_too_many_values() -> None:
    values = [str(number) for number in range(500)]
    assert len(clean_references({"artnr": values, "path": values})) == 2
    with pytest.raises(BadInput, match="1001 references are too many"):
        clean_references({"artnr": values, "path": [*values, "more"]})
