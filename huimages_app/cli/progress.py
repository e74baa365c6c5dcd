"""Progress of long commands on stderr: a bar on a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from .output import duration

if TYPE_CHECKING:
    from rich.console import Console

    from ..services.maintenance.progress import Progress

_INTERVAL = 10.0  # seconds between two lines


@contextmanager
def progress(what: str, total: int) -> Iterator[Progress]:
    """Show progress with rate and remaining time while the context is active."""
    if not sys.stderr.isatty():
        yield ProgressLines(what, total)
        return
    with progress_bar(what, total) as bar:
        yield bar


class ProgressLines:
    """Progress as plain lines, at most one in `interval` seconds."""

    def __init__(self, what: str, total: int, interval: float = _INTERVAL) -> None:
        self._what = what
        self._total = total
        self._interval = interval
        self._done = 0
        self._started = self._printed = time.monotonic()

    def advance(self) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._printed >= self._interval:
            self._printed = now
            rate = self._done / (now - self._started)
            left = max(self._total - self._done, 0) / rate
            self.print_line(
                f"{self._what}: {self._done:,} of {self._total:,}, "
                f"{rate:.1f} a second, {duration(left)} left"
            )

    def print_line(self, line: str) -> None:
        click.echo(line, err=True)


@contextmanager
def progress_bar(what: str, total: int, console: Console | None = None) -> Iterator[Progress]:
    """Show a bar that stays on the terminal when it is complete."""
    # Importing rich takes longer than most commands.
    from rich import progress as columns
    from rich.console import Console
    from rich.text import Text

    class Bar:
        def advance(self) -> None:
            bar.advance(task)
            speed = bar.tasks[0].speed
            bar.update(task, rate=f"{speed:.1f}/s" if speed else "")

        def print_line(self, line: str) -> None:
            # Text: a file name may look like markup.
            bar.console.print(Text(line), soft_wrap=True)

    with columns.Progress(
        columns.TextColumn("{task.description}"),
        columns.BarColumn(),
        columns.MofNCompleteColumn(),
        columns.TextColumn("{task.fields[rate]}"),
        columns.TimeRemainingColumn(),
        console=console or Console(stderr=True),
    ) as bar:
        task = bar.add_task(what, total=total, rate="")
        yield Bar()
