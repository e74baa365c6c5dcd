"""Dataclasses as values that JSON can represent, and back, by their type hints alone.

A field that is added to a dataclass needs no code here.  Fields with their default value are
left out, so that an older program reads what a newer one wrote as long as new fields are unused.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

T = TypeVar("T")

_SCALARS = (str, int, float, bool)


def to_plain(value: Any) -> Any:
    """Return a value as dicts, lists, texts and numbers; raises TypeError for other types."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        defaults = _defaults(type(value))
        fields = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {
            name: to_plain(content)
            for name, content in fields
            if name not in defaults or content != defaults[name]
        }
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: to_plain(content) for key, content in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if value is None or isinstance(value, _SCALARS):
        return value
    raise TypeError(f"no plain form of {type(value).__name__}")


def from_plain(kind: type[T], value: Any) -> T:
    """Return the dataclass `kind` of its plain form.

    Raises TypeError for fields that it does not have or that are missing, and for values of
    another type; ValueError for times that are none.
    """
    fields = _instance(dict, value)
    hints = _hints(typing.cast(Any, kind))
    if unknown := sorted(fields.keys() - hints.keys()):
        raise TypeError(f"{kind.__name__} has no field {unknown[0]!r}")
    return kind(**{name: _parsed(hints[name], content) for name, content in fields.items()})


def _parsed(hint: Any, value: Any) -> Any:
    if hint is Any:
        return value
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        if value is None:
            return None
        (hint,) = (argument for argument in arguments if argument is not type(None))
        return _parsed(hint, value)
    if origin is typing.Literal:
        return value
    if origin is tuple:
        items = _instance(list, value)
        if arguments[-1] is ...:
            return tuple(_parsed(arguments[0], item) for item in items)
        return tuple(_parsed(kind, item) for kind, item in zip(arguments, items, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _parsed(arguments[1], item) for key, item in _instance(dict, value).items()}
    if hint in {datetime, date}:
        return hint.fromisoformat(_instance(str, value))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return from_plain(hint, value)
    if hint is float:
        return float(_instance(int | float, value))
    return _instance(hint, value)


def _instance(kind: Any, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind}, found {value!r:.60}")
    return value


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


@functools.cache
def _defaults(kind: Any) -> dict[str, Any]:
    found = {}
    for field in dataclasses.fields(kind):
        if field.default is not dataclasses.MISSING:
            found[field.name] = field.default
        elif field.default_factory is not dataclasses.MISSING:
            found[field.name] = field.default_factory()
    return found
