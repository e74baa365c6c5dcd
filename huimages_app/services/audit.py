"""The audit log: one line of JSON for each change, on the logger `huimages.audit`.

Services record the change; their callers set its actor by `acting_as`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from io import TextIOWrapper
from logging import LogRecord
from logging.handlers import WatchedFileHandler
from pathlib import Path

log = logging.getLogger("huimages.audit")

Actor = Callable[[], Mapping[str, str]]


_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)
_program = "library"


def run_by(program: str) -> None:
    """Set the actor of all changes in this process for which `acting_as` sets none."""
    global _program  # noqa: PLW0603 - a process is one program
    _program = program


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Set the actor of changes inside; `actor` is called only if there is a change."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def actor() -> dict[str, str]:
    """Return what `record` writes about the actor: `by_account`, `by_program`, ..."""
    current = _actor.get()
    return dict(current()) if current else {"by_program": _program}


def account() -> str:
    """Return the account that acts; empty for a visitor, a token or a program."""
    return actor().get("by_account", "")


def author() -> str:
    """Return the name of the actor for people; empty for a visitor without an account."""
    fields = actor()
    if account := fields.get("by_account"):
        return account
    if token := fields.get("by_token"):
        return f"token {token}"
    return fields.get("by_program", "")


def job() -> str:
    """Return the ID of the job that acts; empty outside of jobs."""
    return actor().get("by_job", "")


def record(action: str, image_id: str = "", **details: str) -> None:
    """Log a change; pass no secrets: more people read the log than the storage."""
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "action": action,
        **({"image": image_id} if image_id else {}),
        **actor(),
        **details,
    }
    # JSON in ASCII: a line break or an escape sequence in a title stays inside its quotes.
    log.info("%s", json.dumps(line))


class AuditFile(WatchedFileHandler):
    """A log file for its owner only, opened with its folder at the first line.

    Opened again when logrotate has moved it.  If it cannot be opened or written, the line and the
    cause go to stderr: the change is already stored, so its response must not report a failure.
    """

    def __init__(self, filename: str) -> None:
        super().__init__(filename, encoding="ascii", delay=True)

    def emit(self, record: LogRecord) -> None:
        try:
            super().emit(record)
        except OSError:  # `logging` catches errors of writing only
            self.handleError(record)

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        return super()._open()
