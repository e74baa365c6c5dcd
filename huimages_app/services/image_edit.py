"""A change of several fields that is the same for many images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Final, Literal, get_args

from ..domain.history import TAGS, Value
from ..domain.image_fields import fields_of, with_field
from ..domain.models import Image
from ..domain.rights import FIELDS, clean_rights
from ..domain.tags import parse_tags
from ..domain.text import clean_alt, clean_references, clean_title
from ..errors import BadInput
from .image_patch import MAX_TYPES, ImagePatch

Verb = Literal["set", "add", "remove"]
VERBS: Final[tuple[Verb, ...]] = get_args(Verb)
MAX_VALUES = 50  # of a field
MAX_FIELDS = 50  # of an edit; the work on one image grows with them, and holds a lock of the store

_REFERENCE, _RIGHT = "references.", "rights."
_TEXTS = {"title", "alt", *(_RIGHT + name for name in FIELDS)}  # all other fields are lists


@dataclass(frozen=True)
class Operation:
    """A change of one field.

    A text: `set` replaces it, `add` sets it where there is none, `remove` takes no value, and
    removes earlier titles with the title.  A list: `remove` without values empties it.
    """

    verb: Verb
    values: tuple[str, ...] = ()

    def applied_to(self, value: Value, *, is_text: bool) -> Value:
        """Return the value of a field after the operation; None for none."""
        if is_text:
            if self.verb == "add" and value:
                return value
            return self.values[0] if self.verb != "remove" else None
        present = list(value or [])
        if self.verb == "set":
            return list(self.values)
        if self.verb == "add":
            return list(dict.fromkeys([*present, *self.values]))
        return [one for one in present if self.values and one not in self.values] or None


@dataclass(frozen=True)
class ImageEdit:
    """Operations by the names of fields, as histories have them; at least one.

    The fields are title, alt, tags, types, references.KEY and rights.NAME.
    """

    operations: Mapping[str, Operation]

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> ImageEdit:
        """Return the edit of JSON like `{"tags": {"add": ["sea"]}, "alt": {"remove": []}}`.

        The values are cleaned; a single text counts as a list of one, null as an empty list.
        Raises BadInput.
        """
        if len(data) > MAX_FIELDS:
            raise BadInput(f"{len(data)} fields are changed; expected at most {MAX_FIELDS}")
        operations = {}
        for name, verbs in data.items():
            if not isinstance(verbs, Mapping) or len(verbs) != 1 or not {*verbs} <= {*VERBS}:
                raise BadInput(
                    f"the change of {name[:60]!r} is invalid; expected an object with one of "
                    f"{', '.join(VERBS)}"
                )
            ((verb, values),) = verbs.items()
            operations[name] = _operation(name, verb, _texts(name, values))
        if not operations:
            raise BadInput("no change was given")
        return cls(operations)

    @property
    def document(self) -> dict[str, dict[str, list[str]]]:
        """Return the JSON from which `parse` makes the same edit."""
        return {name: {one.verb: list(one.values)} for name, one in self.operations.items()}

    @property
    def tags(self) -> Operation | None:
        """Return the operation on tags, which are no part of the record."""
        return self.operations.get(TAGS)

    def applied_to(self, image: Image) -> Image:
        """Return the changed record; raises BadInput for too many types."""
        changed = reduce(
            lambda image, entry: _changed(image, *entry),
            ((name, one) for name, one in self.operations.items() if name != TAGS),
            image,
        )
        if len(changed.types) > MAX_TYPES:
            raise BadInput(f"{len(changed.types)} types are too many: at most {MAX_TYPES}")
        return changed


def _changed(image: Image, name: str, operation: Operation) -> Image:
    value = fields_of(image).get(name)
    new = operation.applied_to(value, is_text=name in _TEXTS)
    if name == "title" and new is None:
        return replace(image, titles=())  # all, or an earlier one would become the title
    if name == "title":
        return ImagePatch(title=new).applied_to(image)  # keeps the earlier titles
    return image if new == value else with_field(image, name, new)


def _texts(name: str, values: object) -> list[str]:
    texts = [] if values is None else [values] if isinstance(values, str) else values
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise BadInput(f"the values of {name[:60]!r} are invalid; expected texts")
    if len(texts) > MAX_VALUES:
        raise BadInput(f"{name[:60]!r} has {len(texts)} values; expected at most {MAX_VALUES}")
    return texts


def _operation(name: str, verb: Verb, texts: Sequence[str]) -> Operation:
    values = _cleaned(name, texts)
    if name in _TEXTS and len(values) != (verb != "remove"):
        expected = "no text" if verb == "remove" else "one text"
        raise BadInput(f"{name!r} is given {len(values)} texts; expected {expected} to {verb}")
    if not values and verb != "remove":
        raise BadInput(f"{name[:60]!r} has no values to {verb}")
    return Operation(verb, values)


def _cleaned(name: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Return the values as they are stored, each once, without empty ones."""
    if name == TAGS:
        return parse_tags(" ".join(texts))
    if name.startswith(_REFERENCE):
        key = name.removeprefix(_REFERENCE)
        return clean_references({key: texts}).get(key, ())
    if name in {"title", "types"}:
        cleaned = [clean_title(text) for text in texts]
    elif name == "alt":
        cleaned = [clean_alt(text) for text in texts]
    elif name in _TEXTS:
        right = name.removeprefix(_RIGHT)
        cleaned = [clean_rights({right: text})[right] for text in texts]
    else:
        raise BadInput(
            f"unknown field {name[:60]!r}; expected title, alt, tags, types, references.KEY or "
            f"rights.NAME with one of {', '.join(FIELDS)}"
        )
    return tuple(dict.fromkeys(filter(None, cleaned)))
