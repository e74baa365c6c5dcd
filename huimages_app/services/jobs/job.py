"""A job as a value, and as it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from ...storage.interfaces import Document
from ...storage.plain_values import from_plain, to_plain

# collecting: the items are being listed.  running: the work on them.
State = Literal["collecting", "running", "done", "cancelled", "failed", "undoing", "undone"]

OPEN: frozenset[State] = frozenset({"collecting", "running", "undoing"})
UNDOABLE: frozenset[State] = frozenset({"done", "cancelled", "failed"})

# The work on one image: its ID as "id", and what else the kind of the job needs.
Item = dict[str, Any]

MAX_LISTED = 50  # skips in the job itself; the others are in its parts


@dataclass(frozen=True)
class Skip:
    """An image that a job or its undoing did not change as wanted; `field` is empty for all."""

    image_id: str
    reason: str
    field: str = ""


@dataclass(frozen=True)
class Lease:
    """The process that works on a job, and until when no other one may."""

    owner: str
    until: datetime


@dataclass(frozen=True)
class Job:
    """A job and its progress.

    `order` says what to do, in the form of its kind.  `actor` is the entry of the audit log for
    its creator.  Of `total` items, `done` were processed: `changed` changed an image, `skipped`
    were refused.  Of the undoing, `undone` counts the items and `kept` the fields that were left
    as they are.
    """

    id: str
    kind: str
    order: Mapping[str, Any]
    actor: Mapping[str, str]
    created: datetime
    state: State = "collecting"
    parts: int = 0  # documents that hold the items
    total: int = 0
    done: int = 0
    changed: int = 0
    skipped: int = 0
    undone: int = 0
    kept: int = 0
    skips: tuple[Skip, ...] = ()  # the first MAX_LISTED of the work and of the undoing
    error: str = ""  # why the job failed
    undone_by: Mapping[str, str] = field(default_factory=dict)  # as `actor`
    finished: datetime | None = None
    lease: Lease | None = field(default=None, compare=False)

    @property
    def is_open(self) -> bool:
        """Return whether a process works on it, or will."""
        return self.state in OPEN

    @property
    def by(self) -> str:
        """Return the account that created the job, else the token or program; may be empty."""
        return next((self.actor[key] for key in _NAMES if self.actor.get(key)), "")

    @classmethod
    def of(cls, document: Document) -> Job:
        """Return the job of a document; what a newer program added is left out."""
        known = {each.name for each in fields(cls)}
        return from_plain(cls, {name: value for name, value in document.items() if name in known})

    def document(self) -> Document:
        plain: Document = to_plain(self)
        return plain


@dataclass(frozen=True)
class Part:
    """Some of the items of a job, with those that were skipped, and what its undoing kept.

    `changed` are the IDs of images that the job changed.
    """

    items: tuple[Item, ...]
    skips: tuple[Skip, ...] = ()
    kept: tuple[Skip, ...] = ()
    changed: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Document) -> Part:
        return from_plain(cls, document)

    def document(self) -> Document:
        plain: Document = to_plain(self)
        return plain


_NAMES = ("by_account", "by_token", "by_program")
