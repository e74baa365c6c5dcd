"""Parsers of form fields, and the text that a form shows for a value."""

from __future__ import annotations

import re

from pyramid.request import Request

from ...domain.content import ContentBox
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


def focus_text(focus: tuple[float, float] | None) -> str:
    """Return a focal point in percent, as in `30 70`; empty for none."""
    return " ".join(f"{share * 100:.6g}" for share in focus or ())


def parse_focus(text: str) -> tuple[float, float] | None:
    """Parse the result of `focus_text`; raises BadInput."""
    numbers = text.split()
    if not numbers:
        return None
    if len(numbers) != 2 or not all(map(_NUMBER.fullmatch, numbers)):
        raise BadInput(
            f"the field 'focus' is {text[:40]!r}; expected two numbers in percent, as in '30 70'"
        )
    return float(numbers[0]) / 100, float(numbers[1]) / 100


def content_text(box: ContentBox | None) -> str:
    """Return a content box in percent, as in `12.5 0 90 100`; empty for none."""
    return " ".join(f"{share * 100:.6g}" for share in box or ())


def parse_content(text: str) -> ContentBox | None:
    """Parse the result of `content_text`; raises BadInput."""
    numbers = text.split()
    if not numbers:
        return None
    if len(numbers) != 4 or not all(map(_NUMBER.fullmatch, numbers)):
        raise BadInput(
            f"the field 'content' is {text[:40]!r}; expected left, top, right and bottom in "
            "percent, as in '12.5 0 90 100'"
        )
    left, top, right, bottom = (float(number) / 100 for number in numbers)
    return left, top, right, bottom


def article_numbers(text: str) -> list[str]:
    """Return the article numbers in a field, separated by commas, semicolons or spaces."""
    return [number for number in re.split(r"[,;\s]+", text) if number]
