from __future__ import annotations

import io

import pytest
from rich.console import Console

from huimages_app.cli.progress import ProgressLines, progress, progress_bar


def test_progress_line_contains_count_rate_and_remaining_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = ProgressLines("importing", 2000, interval=0)
    lines.advance()
    line = capsys.readouterr().err
    assert line.startswith("importing: 1 of 2,000, ")
    assert " a second, " in line
    assert line.endswith(" left\n")


def test_progress_lines_are_limited_by_interval(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("importing", 100) as lines:
        for _ in range(100):
            lines.advance()
        lines.print_line("a line")
    assert capsys.readouterr().err == "a line\n"


def test_progress_above_total_has_no_negative_time(capsys: pytest.CaptureFixture[str]) -> None:
    lines = ProgressLines("checking", 0, interval=0)
    lines.advance()
    assert "0 s left" in capsys.readouterr().err


def test_progress_bar_prints_lines_without_markup() -> None:
    written = io.StringIO()
    console = Console(file=written, force_terminal=True, width=100, color_system=None)
    with progress_bar("importing", 2, console) as bar:
        bar.print_line("[bold]x.jpg: broken" + " very" * 40)
        bar.advance()
        bar.advance()
    assert "[bold]x.jpg: broken" + " very" * 40 in written.getvalue()
    assert "2/2" in written.getvalue()
