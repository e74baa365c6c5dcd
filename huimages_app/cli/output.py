"""What commands say while they work, on a terminal and elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click

_EVERY = 10.0  # seconds between two lines, where there is no terminal


class Progress(Protocol):
    """How far a command has come; on stderr."""

    def advance(self) -> None:
        """One more is done."""

    def say(self, line: str) -> None:
        """A line that stays."""


@contextmanager
def progress(what: str, total: int) -> Iterator[Progress]:
    """A bar with rate and remaining time; a line now and then if stderr is no terminal."""
    if not sys.stderr.isatty():
        yield Lines(what, total)
        return
    from .progress import bar

    with bar(what, total) as shown:
        yield shown


class Lines:
    """Progress in plain lines, at most one in `every` seconds."""

    def __init__(self, what: str, total: int, every: float = _EVERY) -> None:
        self._what = what
        self._total = total
        self._every = every
        self._done = 0
        self._begun = self._said = time.monotonic()

    def advance(self) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._said >= self._every:
            self._said = now
            rate = self._done / (now - self._begun)
            left = max(self._total - self._done, 0) / rate
            self.say(
                f"{self._what}: {self._done:,} of {self._total:,}, "
                f"{rate:.1f} a second, {in_words(left)} left"
            )

    def say(self, line: str) -> None:
        click.echo(line, err=True)


def in_words(seconds: float) -> str:
    """A duration to read: 40 s, 12 min, 3 h 20 min."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def plural(number: int, thing: str) -> str:
    """`1 picture`, `2,000 pictures`."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def shown(path: str | os.PathLike[str]) -> str:
    """A path as one printable line, whatever bytes its name is made of."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )
