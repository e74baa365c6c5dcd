"""The history of an image: the changes of its record and tags, each of one field."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

MAX_CHANGES = 100
MAX_LENGTH = 20_000  # characters; lists of images read the histories as well

# A JSON value: of a field that has a value, else None.
Value = Any

TAGS = "tags"


@dataclass(frozen=True)
class Change:
    """One field that was changed.

    Of tags, `before` are those that were removed and `after` those that were added, for each of
    `visitors`, as these typed them.  A tag in both has got another spelling.
    """

    id: str
    at: datetime
    field: str  # a name of `image_fields`, or TAGS
    before: Value = None
    after: Value = None
    by: str = ""  # account, token or program; empty for a visitor
    job: str = ""  # ID of the job that made it
    undoes: str = ""  # ID of the change that it took back
    visitors: tuple[str, ...] = ()


History = tuple[Change, ...]  # oldest first


def extended(history: History, changes: Sequence[Change]) -> History:
    """Return a history with further changes: the newest that fit, and always the last one.

    The changes of a job are all kept or all dropped, so that a job is never undone in part
    unnoticed.  The changes of the job that made the last one are always kept, so that it can be
    undone.
    """
    kept: list[Change] = []
    incomplete: set[str] = set()
    length = 0
    newest_first = [*history, *changes][::-1]
    for change in newest_first:
        length += len(_json([change.before, change.after, change.visitors])) + 150
        is_full = length > MAX_LENGTH or len(kept) >= MAX_CHANGES
        if kept and is_full and not _is_of_job(change, newest_first[0].job):
            incomplete.add(change.job)
        else:
            kept.append(change)
    return tuple(change for change in reversed(kept) if not _is_of_job(change, *incomplete))


def _is_of_job(change: Change, *jobs: str) -> bool:
    return bool(change.job) and change.job in jobs


def _json(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False)


def united(one: History, other: History) -> History:
    """Return the union of two histories of an image."""
    changes = {change.id: change for change in (*one, *other)}
    return extended((), sorted(changes.values(), key=lambda change: (change.at, change.id)))
