"""A job as a value, and as it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

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
    its creator.  Of `total` items `done` were looked at, of which `changed` changed an image and
    `skipped` were refused.  Of the undoing, `undone` counts the items and `kept` the fields that
    were left as they are.
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


_NAMES = ("by_account", "by_token", "by_program")
