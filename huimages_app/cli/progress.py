"""The progress bar; a module of its own because rich takes a while to import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


class Bar:
    """Progress as a bar."""

    def __init__(self, rich: Progress, task: TaskID) -> None:
        self._rich = rich
        self._task = task

    def advance(self) -> None:
        self._rich.advance(self._task)

    def say(self, line: str) -> None:
        # As it is: a file name may look like markup.
        self._rich.console.print(Text(line), soft_wrap=True)


@contextmanager
def bar(what: str, total: int, console: Console | None = None) -> Iterator[Bar]:
    """A bar on stderr that stays when it is done."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=console or Console(stderr=True),
    ) as rich:
        yield Bar(rich, rich.add_task(what, total=total))
