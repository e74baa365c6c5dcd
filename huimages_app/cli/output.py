"""Text for people: numbers with units, durations, paths."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..domain.models import Count


def count_text(count: Count) -> str:
    """Return a number, as in `12` or `more than 1000`."""
    return str(count.number) if count.is_exact else f"more than {count.number}"


def plural(number: int, thing: str) -> str:
    """Return a count with its noun: `1 image`, `2,000 images`."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def duration(seconds: float) -> str:
    """Return a duration in words: 40 s, 12 min, 3 h 20 min."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def printable(path: str | os.PathLike[str]) -> str:
    """Return a path as one printable line, with escapes for all other characters and bytes."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )
