"""Progress of long jobs while they run; the command line shows it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol


class Progress(Protocol):
    """The progress of one step."""

    def advance(self) -> None:
        """Count one more item as done."""

    def print_line(self, line: str) -> None:
        """Print a line that the progress display does not overwrite."""


# Begins a step with this name and this number of items.
ShowProgress = Callable[[str, int], AbstractContextManager[Progress]]
