"""Design documents: assembled from their files, installed and upgraded.

Design documents of other programs, such as those of a legacy site, are never changed.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from ...errors import BadSetting
from .database import DESIGN, Conflict, Database, Document, Forbidden
from .tokenizer import LETTERS, MAX_KEYS, MAX_PREFIX, RUNS, WORD_JS
from .transport import ResponseTimeout

# Raise it with every change of the views: between nodes, the higher version wins.
VERSION = 5

# Raise it when an older program would misread or damage the documents; new fields are no reason.
DOCUMENT_FORMAT = 1

_ID = f"_design/{DESIGN}"
_SHADOW = "huimages_next"
_SMALL = 10_000  # documents whose views are built in seconds

_log = logging.getLogger(__name__)


def is_ours(document_id: str) -> bool:
    """Return whether the document holds views of this program."""
    return document_id in {_ID, f"_design/{_SHADOW}"}


@functools.cache
def views(folder: str) -> dict[str, dict[str, str]]:
    """Return the views of a folder in `views/`, as a design document contains them."""
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


@functools.cache
def digest(folder: str) -> str:
    """Return a hash of the views of a folder."""
    content = json.dumps(views(folder), sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()


def require_known_format(database: Database) -> None:
    """Raise BadSetting if a newer program wrote the documents in a format unknown to this one."""
    installed = database.get(_ID) or {}
    written = installed.get("document_format", DOCUMENT_FORMAT)
    if written > DOCUMENT_FORMAT:
        raise BadSetting(
            f"the CouchDB database {database.name!r} was written by a newer huimages (document"
            f" format {written}, this program supports {DOCUMENT_FORMAT}); run the newer one, or"
            " name another database"
        )


def create(database: Database) -> str:
    """Create the database if it is missing; return a line for the log.  Raises BadSetting."""
    if database.exists():
        return f"{database.name}: database exists"
    try:
        database.create()
    except Forbidden as error:
        raise _not_allowed(database, error) from error
    return f"{database.name}: database created"


def install(database: Database, folder: str, *, wait: bool) -> str:
    """Create the database and its views if they are missing; return a line for the log.

    With `wait`, changed views are built beside the present ones first, however long that takes:
    CouchDB shares the index of equal views, so no request waits for it.  Without `wait`,
    replacing views that take long to build is left to `huimages setup`.  Raises
    StorageUnavailable, and BadSetting if the account lacks the rights for what is missing.
    """
    create(database)
    try:
        installed = database.get(_ID)
        if _is_current(installed, folder):
            return f"{database.name}: views are up to date"
        if installed and not wait and database.size() > _SMALL:
            raise BadSetting(f"the views of {database.name!r} are old; run 'huimages setup'")
        is_upgrade = installed is not None and wait
        with _build_shadow_views(database, folder) if is_upgrade else contextlib.nullcontext():
            _replace(database, folder)
            if wait:
                wait_for(database, folder)
    except Forbidden as error:
        raise _not_allowed(database, error) from error
    return f"{database.name}: views of version {VERSION} installed"


def wait_for(database: Database, folder: str, name: str = DESIGN) -> None:
    """Wait until the views of a design document are built, however long that takes."""
    view = next(iter(views(folder)))
    while True:
        try:
            database.rows(view, design=name, limit=0, reduce=False)
            return
        except ResponseTimeout:
            # CouchDB goes on building after the request timed out.
            time.sleep(1)


def log_refusal(act: Callable[[], str]) -> None:
    """Log the line that `act` returns, or that the account lacks the rights for it."""
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
def _build_shadow_views(database: Database, folder: str) -> Iterator[None]:
    """Have the complete views under another name until the context ends.

    CouchDB closes an index together with the last design document that uses it, loses what is
    not on the disk yet, and deletes the index later.  So the other document must exist first.
    """
    shadow = f"_design/{_SHADOW}"
    left = database.get(shadow)
    with contextlib.suppress(Conflict):  # another node does the same
        database.put(_document(shadow, folder) | ({"_rev": left["_rev"]} if left else {}))
    wait_for(database, folder, _SHADOW)
    yield
    if built := database.get(shadow):
        with contextlib.suppress(Conflict):
            database.delete(built)


def _document(identifier: str, folder: str) -> dict[str, Any]:
    return {
        "_id": identifier,
        "language": "javascript",
        "version": VERSION,
        "document_format": DOCUMENT_FORMAT,
        "digest": digest(folder),
        "views": views(folder),
    }


def _assembled(source: str, shared: Traversable) -> str:
    """Return a map function with its includes; CouchDB needs `function` at the start."""
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
        "MAX_PREFIX": str(MAX_PREFIX),
        "MAX_KEYS": str(MAX_KEYS),
        "RUNS": json.dumps(RUNS),
        "FOLDED": json.dumps(LETTERS["folded"]),
        "PLAIN": json.dumps(LETTERS["plain"]),
        "WORD": WORD_JS,
    }
    return "".join(f"  var {name} = {value};\n" for name, value in values.items())
