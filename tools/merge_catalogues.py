"""Resolve conflicts in catalogues: `python tools/merge_catalogues.py` during a merge.

A catalogue gets the messages of both sides; where both translate a message, ours stays.  The
template and the compiled catalogues are those of our side: `make messages` makes them anew.
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

_FOLDER = "huimages_app/locale"
_OURS, _THEIRS = 2, 3  # stages of git's index


def main() -> None:
    """Resolve all conflicts in the folder of the catalogues."""
    for path in _conflicts():
        if path.suffix == ".po":
            merged = _catalogue(path, _OURS)
            add_missing(merged, _catalogue(path, _THEIRS))
            with path.open("wb") as file:
                write_po(file, merged, width=76, ignore_obsolete=True)
        else:
            path.write_bytes(_git("show", f":{_OURS}:{path}"))
        _git("add", str(path))


def add_missing(catalogue: Catalog, other: Catalog) -> None:
    """Add the messages of another catalogue that have no complete translation in this one."""
    for message in other:
        if not message.id:
            continue
        own = catalogue.get(message.id)
        if own is None:
            catalogue[message.id] = message
        elif not all([own.string] if isinstance(own.string, str) else own.string or ("",)):
            own.string = message.string


def _conflicts() -> Iterator[Path]:
    names = _git("diff", "--name-only", "--diff-filter=U", "--", _FOLDER).decode()
    yield from map(Path, names.splitlines())


def _catalogue(path: Path, stage: int) -> Catalog:
    language = path.parts[-3]
    return read_po(io.BytesIO(_git("show", f":{stage}:{path}")), locale=language)


def _git(*arguments: str) -> bytes:
    command = ["git", *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - git


if __name__ == "__main__":
    main()
