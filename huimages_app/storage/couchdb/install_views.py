"""The design documents: put together from their files, installed, upgraded.

Design documents of others, those of an old site above all, are never touched.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from ...errors import BadSetting, StoreDown
from .client import DESIGN, Conflict, Database, Document, Forbidden
from .tokenizer import LETTERS, LONGEST, MOST_WORDS

# Raise it with every change of the views: the higher one wins between nodes.
VERSION = 1

_ID = f"_design/{DESIGN}"
_STAGING = "huimages_next"
_SMALL = 10_000  # documents whose views are built in no time

_log = logging.getLogger(__name__)


def views(folder: str) -> dict[str, dict[str, str]]:
    """The views of a folder in `design/`, as they stand in a design document."""
    design = files(__package__) / "views"
    found: dict[str, dict[str, str]] = {}
    for file in sorted((design / folder).iterdir(), key=lambda file: file.name):
        name, _, kind = file.name.partition(".")
        source = file.read_text(encoding="utf-8")
        if kind == "map.js":
            found.setdefault(name, {})["map"] = _assembled(source, design / "shared")
        elif kind == "reduce":
            found.setdefault(name, {})["reduce"] = source.strip()
    return found


def digest(folder: str) -> str:
    """Tells the views of one version from those of another."""
    content = json.dumps(views(folder), sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()


def create(database: Database) -> str:
    """Make the database if need be; a line that says what was done.  Raises BadSetting."""
    if database.exists():
        return f"{database.name}: the database is there"
    try:
        database.create()
    except Forbidden as error:
        raise _not_allowed(database, error) from error
    return f"{database.name}: made"


def install(database: Database, folder: str, *, wait: bool) -> str:
    """Make the database and its views if need be; a line that says what was done.

    With `wait`, new views are built beside older ones first, however long that takes:
    CouchDB shares the index of equal views, so the site does not stand still, and one
    that starts afterwards finds an index.  Without, replacing views is left to
    `huimages setup` where it would take long.  Raises StoreDown, and BadSetting if
    something has to be done and the account has no right to do it.
    """
    create(database)
    try:
        installed = database.get(_ID)
        if _is_current(installed, folder):
            return f"{database.name}: the views are there"
        if installed and not wait and database.size() > _SMALL:
            raise BadSetting(f"the views of {database.name!r} are old; run 'huimages setup'")
        with _built_beside(database, folder) if installed and wait else contextlib.nullcontext():
            _replace(database, folder)
            if wait:
                wait_for(database, folder)
    except Forbidden as error:
        raise _not_allowed(database, error) from error
    return f"{database.name}: views of version {VERSION} installed"


def wait_for(database: Database, folder: str, name: str = DESIGN) -> None:
    """Return when the views of a design document are built, however long that takes."""
    view = next(iter(views(folder)))
    while True:
        try:
            database.rows(view, design=name, limit=0, reduce=False)
            return
        except StoreDown as error:
            # Building goes on though nobody waits for an answer.
            if not isinstance(error.__cause__, TimeoutError):
                raise
            time.sleep(1)


def log_refusal(act: Callable[[], str]) -> None:
    """Do it and log its line, or that somebody with more rights has to do it."""
    try:
        _log.info("%s", act())
    except BadSetting as error:
        _log.warning("%s", error)


def _not_allowed(database: Database, error: Forbidden) -> BadSetting:
    return BadSetting(
        f"the CouchDB account may not set up the database {database.name!r}: run "
        f"'huimages setup' with an administrator's account ({error})"
    )


def _is_current(installed: Document | None, folder: str) -> bool:
    if installed is None:
        return False
    version = installed.get("version", 0)
    return version > VERSION or (version == VERSION and installed.get("digest") == digest(folder))


def _replace(database: Database, folder: str) -> None:
    while True:
        installed = database.get(_ID)
        if _is_current(installed, folder):
            return
        rev = {"_rev": installed["_rev"]} if installed else {}
        try:
            database.put(_document(_ID, folder) | rev)
        except Conflict:
            continue  # another node was faster
        return


@contextlib.contextmanager
def _built_beside(database: Database, folder: str) -> Iterator[None]:
    """The views under another name, complete, until the context ends.

    CouchDB closes an index with the last design document it knows it by, forgets what of it
    is not on the disk yet, and removes it some time: so it has to know the other one first.
    """
    staging = f"_design/{_STAGING}"
    left = database.get(staging)
    with contextlib.suppress(Conflict):  # another node does the same
        database.put(_document(staging, folder) | ({"_rev": left["_rev"]} if left else {}))
    wait_for(database, folder, _STAGING)
    yield
    if built := database.get(staging):
        with contextlib.suppress(Conflict):
            database.delete(built)


def _document(identifier: str, folder: str) -> dict[str, Any]:
    return {
        "_id": identifier,
        "language": "javascript",
        "version": VERSION,
        "digest": digest(folder),
        "views": views(folder),
    }


def _assembled(source: str, shared: Traversable) -> str:
    """A map function with what it includes; CouchDB wants it to begin with `function`."""
    lines = source.splitlines(keepends=True)
    while lines[0].startswith("//"):
        del lines[0]
    return "".join(_included(line, shared) for line in lines)


def _included(line: str, shared: Traversable) -> str:
    words = line.split()
    if words[:2] != ["//", "include"]:
        return line
    if words[2].startswith("letters.json"):
        return _constants()
    file = (shared / words[2]).read_text(encoding="utf-8")
    return "".join(_included(line, shared) for line in file.splitlines(keepends=True))


def _constants() -> str:
    values = {
        "LONGEST": str(LONGEST),
        "MOST_WORDS": str(MOST_WORDS),
        "FOLDED": json.dumps(LETTERS["folded"]),
        "PLAIN": json.dumps(LETTERS["plain"]),
        "WORDS": f"/[^{LETTERS['dividers']}]+/g",
    }
    return "".join(f"  var {name} = {value};\n" for name, value in values.items())
