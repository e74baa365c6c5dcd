"""Messages between the server process and a worker.

A job, from the server, is a pickle.  Everything from a worker is one byte for its kind and a
body that is checked: a worker may be controlled by the picture that it decoded.

    M<number>   reserve so many bytes of memory; the server replies Y or N
    R<JSON>     the result
    E<JSON>     an error: {"kind": ..., "message": ..., "errno": ...}
    L<JSON>     a line for the log: {"level": ..., "message": ...}
"""

from __future__ import annotations

import dataclasses
import json
import pickle
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from ... import errors
from ...errors import HuimagesError

# Bytes of a message: less than the default buffer of a socket.
MAX_MESSAGE: Final = 128 << 10
# In place of a job that is longer, as one with a watermark: it is in the first file.
JOB_IN_FILE: Final = b"F"
MAX_DESCRIPTORS: Final = 8
MAX_MEMORY_REQUESTS: Final = 16
MAX_LOG_LINES: Final = 16
_MAX_TEXT: Final = 2000

MEMORY, RESULT, ERROR, LOG = b"M", b"R", b"E", b"L"
YES, NO = b"Y", b"N"

# Requests to the fork server.
FORK, REAP = b"fork", b"reap "

# Errors that a worker may report; all others are failures of the worker.
_REPORTABLE: Final[Mapping[str, type[HuimagesError]]] = {
    kind.__name__: kind
    for kind in (
        errors.NotAnImage,
        errors.UnsupportedImage,
        errors.TooLarge,
        errors.CorruptOriginal,
        errors.BadSize,
        errors.ServerBusy,
    )
}
OS_ERROR, OUT_OF_MEMORY, UNEXPECTED = "OSError", "MemoryError", "unexpected"


class BadMessage(Exception):
    """A worker sent something that no worker should send."""


class Job(NamedTuple):
    """The name of a function, and its arguments beside the files.

    `advance` bytes of memory are reserved already.
    """

    function: str
    arguments: dict[str, Any]
    advance: int

    def dump(self) -> bytes:
        # A plain tuple: to pickle an object of ours takes 10 microseconds.
        return pickle.dumps(tuple(self))

    @classmethod
    def load(cls, message: bytes) -> Job:
        """Return a job from the server process, which a worker trusts."""
        return cls(*pickle.loads(message))  # noqa: S301


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """An error in a worker, by the name of its class or one of the names above."""

    kind: str
    message: str
    errno: int = 0

    def as_error(self) -> HuimagesError | None:
        """Return the error that the picture caused; None if the worker failed."""
        kind = _REPORTABLE.get(self.kind)
        return kind.with_message(self.message) if kind else None

    @classmethod
    def of(cls, error: HuimagesError) -> ErrorReport:
        name = type(error).__name__
        return cls(name if name in _REPORTABLE else UNEXPECTED, shortened(str(error)))


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a worker's log."""

    level: int
    message: str


def shortened(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + "…"


def dump(value: object) -> bytes:
    """Return a value of dataclasses, tuples, texts, times and numbers as JSON."""
    # Texts of a file may be long, and escapes take twelve bytes for a character; lone surrogates
    # become escapes of JSON.
    text = json.dumps(value, default=_fields, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace")


def load(kind: Any, body: bytes) -> Any:
    """Return the value of the type `kind` that `dump` wrote; raises BadMessage."""
    try:
        return _checked(kind, json.loads(body))
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"not JSON: {error}") from error


def load_number(body: bytes) -> int:
    """Return a whole number of at most 12 digits; raises BadMessage."""
    if not body.isdigit() or len(body) > 12:
        raise BadMessage("not a number of bytes")
    return int(body)


def _fields(value: Any) -> dict[str, Any] | str:
    if isinstance(value, datetime):
        return value.isoformat()
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _checked(kind: Any, value: Any) -> Any:
    """Return `value` as the type `kind`; raises BadMessage."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        return _checked_union(arguments, value)
    if origin is tuple and isinstance(value, list):
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_checked(arguments[0], item) for item in value)
        if len(arguments) == len(value):
            return tuple(map(_checked, arguments, value))
    elif origin is dict and isinstance(value, dict):
        return {name: _checked(arguments[1], item) for name, item in value.items()}
    elif dataclasses.is_dataclass(kind) and isinstance(value, dict):
        hints = typing.get_type_hints(kind)
        if set(value) == set(hints):
            return kind(**{name: _checked(hints[name], value[name]) for name in hints})  # type: ignore[operator]
    elif kind is float and type(value) is int:
        return float(value)
    elif kind is datetime and isinstance(value, str):
        return _time(value)
    elif kind is not Any and origin is None and isinstance(kind, type) and type(value) is kind:
        return value
    raise BadMessage(f"not of the type {kind}")


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)  # ValueError: `load` raises BadMessage
    if time.tzinfo is None:
        raise BadMessage("a time without a zone")
    return time.astimezone(UTC)


def _checked_union(kinds: tuple[Any, ...], value: Any) -> Any:
    for kind in kinds:
        try:
            return _checked(kind, value)
        except BadMessage:
            continue
    raise BadMessage(f"of none of the types {kinds}")
