from __future__ import annotations

import os
from pathlib import Path

import pytest

from huimages_app.cli.output import duration, plural, printable


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5000, "83 min"), (12_000, "3 h 20 min")],
)
def test_duration_is_given_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_plural_adds_s_and_separators() -> None:
    assert plural(1, "file") == "1 file"
    assert plural(0, "file") == "0 files"
    assert plural(2000, "file") == "2,000 files"


def test_path_is_one_printable_line() -> None:
    assert printable(Path("a\nb\x1b[0m\u202e.jpg")) == "a\\nb\\x1b[0m\\u202e.jpg"
    assert printable(os.fsdecode(b"caf\xe9")) == "caf\\xe9"
    assert printable("Größe.jpg") == "Größe.jpg"
