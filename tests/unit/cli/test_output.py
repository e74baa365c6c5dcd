from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from rich.console import Console

from huimages_app.cli.output import Lines, in_words, plural, progress, shown
from huimages_app.cli.progress import bar


def test_lines_say_how_far_how_fast_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines("importing", 2000, every=0)
    lines.advance()
    said = capsys.readouterr().err
    assert said.startswith("importing: 1 of 2,000, ")
    assert " a second, " in said
    assert said.endswith(" left\n")


def test_lines_are_few(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("importing", 100) as lines:
        for _ in range(100):
            lines.advance()
        lines.say("a line")
    assert capsys.readouterr().err == "a line\n"


def test_more_than_was_expected_is_no_negative_time(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines("checking", 0, every=0)
    lines.advance()
    assert "0 s left" in capsys.readouterr().err


def test_the_bar_shows_names_as_they_are() -> None:
    written = io.StringIO()
    console = Console(file=written, force_terminal=True, width=100, color_system=None)
    with bar("importing", 2, console) as shown_bar:
        shown_bar.say("[bold]x.jpg: broken" + " very" * 40)
        shown_bar.advance()
        shown_bar.advance()
    assert "[bold]x.jpg: broken" + " very" * 40 in written.getvalue()
    assert "2/2" in written.getvalue()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5000, "83 min"), (12_000, "3 h 20 min")],
)
def test_durations(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_numbers() -> None:
    assert plural(1, "file") == "1 file"
    assert plural(0, "file") == "0 files"
    assert plural(2000, "file") == "2,000 files"


def test_paths_are_one_printable_line() -> None:
    assert shown(Path("a\nb\x1b[0m\u202e.jpg")) == "a\\nb\\x1b[0m\\u202e.jpg"
    assert shown(os.fsdecode(b"caf\xe9")) == "caf\\xe9"
    assert shown("Größe.jpg") == "Größe.jpg"
