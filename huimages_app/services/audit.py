"""Who changed what, and when: one line of JSON a change, on the logger `huimages.audit`.

The library says what was done; who does it is known further up, so it is told once, by
`acting_as`, and looked up when something is done.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

log = logging.getLogger("huimages.audit")

Actor = Callable[[], Mapping[str, str]]


_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)
_program = "library"


def run_by(program: str) -> None:
    """What is done in this process, in any thread, is done by `program` unless it is said."""
    global _program  # noqa: PLW0603 - a process is one program
    _program = program


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """What is done meanwhile is done by whom `actor` describes, if it is asked."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def record(action: str, image_id: str = "", **details: str) -> None:
    """Log a change that was made.  No secrets: the log is read by more people than the store."""
    actor = _actor.get()
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "action": action,
        **({"image": image_id} if image_id else {}),
        **(actor() if actor else {"by_program": _program}),
        **details,
    }
    # JSON in ASCII: a line break or an escape sequence in a title stays inside its quotes.
    log.info("%s", json.dumps(line))
