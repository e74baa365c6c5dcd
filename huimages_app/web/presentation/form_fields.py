"""Parsers of form fields, and the text that a form shows for a value."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pyramid.request import Request

from ...errors import BadInput

REFERENCE = "ref."  # begins the names of fields and parameters with values of references

_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")


def field(request: Request, name: str) -> str:
    """Return a text field of the form; raises BadInput if it is missing."""
    value = request.POST.get(name)
    if not isinstance(value, str):
        raise BadInput(f"the form lacks the field {name!r}")
    return value


def number_field(request: Request, name: str) -> float:
    """Return the number in a field of the form; raises BadInput."""
    value = field(request, name).strip().replace(",", ".")
    if not _NUMBER.fullmatch(value):
        raise BadInput(f"the field {name!r} is {value[:20]!r}; expected a number")
    return float(value)


def percent_text(shares: Iterable[float] | None) -> str:
    """Return the numbers of a focal point or a content box in percent; empty for none."""
    return " ".join(f"{share * 100:.6g}" for share in shares or ())


def shares_field(request: Request, name: str, example: str) -> list[float]:
    """Parse the result of `percent_text` in a field: as many numbers as in `example`, or none.

    Raises BadInput.
    """
    text = field(request, name)
    numbers = text.split()
    if not all(map(_NUMBER.fullmatch, numbers)) or len(numbers) not in {0, len(example.split())}:
        raise BadInput(
            f"the field {name!r} is {text[:40]!r}; expected numbers in percent, as in {example!r}"
        )
    return [float(number) / 100 for number in numbers]


def article_numbers(text: str) -> list[str]:
    """Return the article numbers in a field, separated by commas, semicolons or spaces."""
    return [number for number in re.split(r"[,;\s]+", text) if number]
