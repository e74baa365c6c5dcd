"""Read fields of a form."""

from __future__ import annotations

import re

from pyramid.request import Request

from ...errors import BadInput


def field(request: Request, name: str) -> str:
    """A text field of the form; raises BadInput if it is not there."""
    value = request.POST.get(name)
    if not isinstance(value, str):
        raise BadInput(f"the form lacks the field {name!r}")
    return value


def number_field(request: Request, name: str) -> float:
    """A number in a field of the form; raises BadInput."""
    value = field(request, name).strip().replace(",", ".")
    if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", value):
        raise BadInput(f"the field {name!r} is {value[:20]!r}, and has to be a number")
    return float(value)


def article_numbers(text: str) -> list[str]:
    """Article numbers in a field: divided by commas, semicolons or spaces."""
    return [number for number in re.split(r"[,;\s]+", text) if number]
