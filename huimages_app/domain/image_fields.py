"""The fields of a record that people change, each as a name and a JSON value.

Places, references and rights are one field for each key: `places.artnr/10106`,
`references.artnr`, `rights.creator`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from .articles import pruned, with_place
from .content import is_content_box
from .history import Value
from .models import Image, Place
from .rights import Rights

TRASHED = "trashed"


def fields_of(image: Image) -> dict[str, Value]:
    """Return the fields that have a value.

    Places come before the references that they depend on: changes are taken back in reverse.
    """
    fields: dict[str, Value] = {
        "title": image.title,
        "alt": image.alt,
        **{
            f"places.{key}/{number}": {"at": place.at, "role": place.role}
            for key, numbers in image.places.items()
            for number, place in numbers.items()
        },
        **{f"references.{key}": list(values) for key, values in image.references.items()},
        **{f"rights.{name}": value for name, value in image.rights.values.items()},
        "types": list(image.types),
        "focus": list(image.focus or ()),
        "corrected_content": list(image.corrected_content or ()),
        "taken": _time_text(image.taken),
        "created": _time_text(image.created),
        TRASHED: image.trashed is not None,
    }
    return {name: value for name, value in fields.items() if value}


def with_field(image: Image, name: str, value: Value) -> Image:
    """Return the image with another value of one field; None removes it.

    The former current title does not stay among the earlier titles. The image stays as it is where
    it cannot have the value: without a time of creation, or with a place in an article that its
    references do not name.  TRASHED changes nothing here: moving to the trash is more than a
    change of the record.
    """
    kind, _, key = name.partition(".")
    write = _WRITERS.get(kind)
    return write(image, key, value) if write else image


def _with_title(image: Image, key: str, value: Value) -> Image:
    title = _text(value)
    earlier = tuple(old for old in image.titles[:-1] if old != title)
    return replace(image, titles=(*earlier, title) if title else earlier)


def _with_place(image: Image, key: str, value: Value) -> Image:
    reference, _, number = key.partition("/")
    fields = value if isinstance(value, dict) else {}
    place = Place(_number(fields.get("at")), _text(fields.get("role")))
    return with_place(image, reference, number, place)


def _with_reference(image: Image, key: str, value: Value) -> Image:
    references = {name: texts for name, texts in image.references.items() if name != key}
    if texts := _texts(value):
        references[key] = texts
    return replace(image, references=references, places=pruned(image.places, references))


def _with_right(image: Image, key: str, value: Value) -> Image:
    return replace(image, rights=Rights.of({**image.rights.values, key: value}))


def _with_focus(image: Image, key: str, value: Value) -> Image:
    match _numbers(value):
        case [x, y]:
            return replace(image, focus=(x, y))
    return replace(image, focus=None)


def _with_content(image: Image, key: str, value: Value) -> Image:
    match _numbers(value):
        case [left, top, right, bottom] if is_content_box(box := (left, top, right, bottom)):
            return replace(image, corrected_content=box)
    return replace(image, corrected_content=None)


_WRITERS: Mapping[str, Callable[[Image, str, Value], Image]] = {
    "title": _with_title,
    "alt": lambda image, key, value: replace(image, alt=_text(value)),
    "places": _with_place,
    "references": _with_reference,
    "rights": _with_right,
    "types": lambda image, key, value: replace(image, types=_texts(value)),
    "focus": _with_focus,
    "corrected_content": _with_content,
    "taken": lambda image, key, value: replace(image, taken=_time(value)),
    "created": lambda image, key, value: replace(image, created=_time(value) or image.created),
}


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Value) -> tuple[str, ...]:
    items = value if isinstance(value, list) else []
    return tuple(item for item in items if isinstance(item, str))


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _numbers(value: Value) -> list[float]:
    items = value if isinstance(value, list) else []
    return [float(item) for item in items if isinstance(item, int | float)]


def _time(value: Value) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _time_text(time: datetime | None) -> str | None:
    return time.astimezone(UTC).isoformat() if time else None
