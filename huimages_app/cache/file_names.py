"""The names of the files in the folder of an image."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

PREVIEW_PREFIX = "~"
LIMITED_PREFIX = "LIMITED-"
MARK_PREFIX = f"{PREVIEW_PREFIX}mark."


def limited(path: Path) -> Path:
    """Return the path of the same rendition for which requests are checked."""
    return path.with_name(LIMITED_PREFIX + path.name)


def renditions_in(names: Iterable[str]) -> list[str]:
    """Return the names of the renditions, without previews and marks."""
    return [name for name in names if not name.startswith(PREVIEW_PREFIX)]


def marks_in(names: Iterable[str]) -> set[str]:
    """Return the marks with which renditions were published."""
    return {name.removeprefix(MARK_PREFIX) for name in names if name.startswith(MARK_PREFIX)}


def are_outdated(names: Collection[str], mark: str) -> bool:
    """Return whether a rendition was published with another mark than `mark`."""
    return bool(renditions_in(names)) and marks_in(names) != ({mark} if mark else set())
