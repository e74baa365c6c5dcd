"""JSON bodies of requests: bounded, and checked field by field."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from pyramid.httpexceptions import HTTPUnsupportedMediaType
from pyramid.request import Request

from ...domain.content import ContentBox, is_content_box
from ...domain.filters import MAX_LENGTH
from ...domain.rights import FIELDS, MAX_TEXT
from ...domain.text import MAX_REFERENCE
from ...domain.times import time_of
from ...errors import BadInput, TooLarge

_MAX_BODY = 1_000_000  # bytes
JSON_TYPES = ("application/json", "application/merge-patch+json")

# Returns the value for the services; raises TypeError or ValueError for an invalid one.
Check = Callable[[Any], Any]


def object_of(request: Request, fields: Mapping[str, tuple[str, Check]]) -> dict[str, Any]:
    """Return the checked fields of the JSON object in a request.

    `fields` maps each name to a description of valid values and to the check.  Raises BadInput,
    TooLarge, and HTTPUnsupportedMediaType.
    """
    data = _json_of(request)
    if not isinstance(data, dict):
        raise BadInput("the body is JSON of another type; expected an object: {…}")
    values = {}
    for name, value in data.items():
        if name not in fields:
            raise BadInput(f"unknown field {name[:40]!r}; known: {', '.join(fields)}")
        wanted, check = fields[name]
        try:
            values[name] = check(value)
        except (TypeError, ValueError):
            raise BadInput(f"field {name!r} is invalid; expected {wanted}") from None
    return values


def _json_of(request: Request) -> Any:
    if request.content_type not in JSON_TYPES:
        raise HTTPUnsupportedMediaType(
            f"the body is not JSON by its Content-Type; expected {JSON_TYPES[0]}"
        )
    if (request.content_length or 0) > _MAX_BODY:
        raise TooLarge(f"the body is too large; expected at most {_MAX_BODY:,} bytes")
    try:
        data = json.loads(request.body, parse_constant=_refuse)
        # A lone surrogate, as in "\ud800", cannot be encoded in UTF-8.
        json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise BadInput("the body is not valid JSON in UTF-8") from None
    return data


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # Python accepts NaN and Infinity; JSON does not


def text(longest: int) -> Check:
    """Return a check for a text of at most `longest` characters."""

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError(value)
        if len(value) > longest:
            raise ValueError(value)
        return value

    return check


def removable(longest: int) -> Check:
    """Return a check for such a text or null."""
    check_one = text(longest)
    return lambda value: "" if value is None else check_one(value)


def texts(longest: int, most: int | None = None) -> Check:
    """Return a check for a list of such texts, with at most `most` of them."""
    check_one = text(longest)

    def check(value: Any) -> list[str]:
        if not isinstance(value, list):
            raise TypeError(value)
        if most is not None and len(value) > most:
            raise ValueError(value)
        return [check_one(entry) for entry in value]

    return check


def json_object(value: Any) -> dict[str, Any]:
    """Check an object."""
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def filters(value: Any) -> list[tuple[str, str]]:
    """Check texts, or lists of texts, by the names of filters; return names and values."""
    check = texts(MAX_LENGTH)
    by_name = {
        name: check(given if isinstance(given, list) else [given])
        for name, given in json_object(value).items()
    }
    if not all(by_name.values()):
        raise ValueError(value)
    return [(name, one) for name, values in by_name.items() for one in values]


def references(value: Any) -> dict[str, list[str]]:
    """Check lists of texts by key; null removes a key."""
    if not isinstance(value, dict):
        raise TypeError(value)
    check = texts(MAX_REFERENCE)
    return {key: [] if values is None else check(values) for key, values in value.items()}


def focus(value: Any) -> tuple[float, float] | None:
    """Check x and y from 0 to 1, or null."""
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(value)
    x, y = (_share(share) for share in value)
    return x, y


def content_box(value: Any) -> ContentBox | None:
    """Check left, top, right and bottom from 0 to 1, or null."""
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 4:
        raise ValueError(value)
    left, top, right, bottom = (_share(share) for share in value)
    box = (left, top, right, bottom)
    if not is_content_box(box):
        raise ValueError(value)
    return box


def rating(value: Any) -> int:
    """Check a whole number from 0 to 10."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value not in range(11):
        raise ValueError(value)
    return int(value)


def flag(value: Any) -> bool:
    """Check true or false."""
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def degrees(value: Any) -> int:
    """Check a quarter, half or three quarters of a full turn."""
    if isinstance(value, bool) or value not in (90, 180, 270):
        raise ValueError(value)
    return int(value)


def time(value: Any) -> Any:
    """Check a time."""
    return time_of(value)


def removable_time(value: Any) -> Any:
    """Check a time or null."""
    return None if value is None else time_of(value)


def rights(value: Any) -> dict[str, str]:
    """Check texts by the names of rights; null removes one, or all of them."""
    if value is None:
        return dict.fromkeys(FIELDS, "")
    if not isinstance(value, dict) or not value.keys() <= set(FIELDS):
        raise TypeError(value)
    check = removable(MAX_TEXT)
    return {name: check(text) for name, text in value.items()}


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(value)
    return float(value)
