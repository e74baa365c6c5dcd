"""Query parameters of the API.  Unknown ones are refused: a misspelt filter would match all."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request

from ...domain.filters import MAX_LENGTH, MAX_VALUES
from ...domain.text import MAX_REFERENCE
from ...domain.times import time_of
from ...errors import BadInput
from ..presentation.form_fields import REFERENCE

T = TypeVar("T")


_REFERENCE = re.compile(r"ref\.[a-z][a-z0-9_.-]{0,39}")


class Parameters:
    """The parameters of a request.  Every method raises BadInput for an invalid value."""

    def __init__(self, given: Any, *known: str, references: bool = False) -> None:
        """`known` are the accepted names; with `references` also `ref.KEY`."""
        self._given = given
        for name in given:
            if name not in known and not (references and _REFERENCE.fullmatch(name)):
                names = [*known, *[f"{REFERENCE}KEY"] * references]
                meant = difflib.get_close_matches(name[:40], names, 1)
                raise BadInput(
                    f"unknown parameter {name[:40]!r}; "
                    + (f"did you mean {meant[0]!r}? " if meant else "")
                    + f"known: {', '.join(names) or 'none'}"
                )

    def all(self, name: str, longest: int = MAX_LENGTH) -> list[str]:
        """Return all values of a parameter that may be repeated."""
        values = [str(value) for value in self._given.getall(name)]
        if any(len(value) > longest for value in values):
            raise BadInput(f"parameter {name!r} is too long; expected at most {longest} characters")
        return values

    def text(self, name: str, default: str = "") -> str:
        """Return the value of a parameter."""
        values = self.all(name)
        if len(values) > 1:
            raise BadInput(f"parameter {name!r} given {len(values)} times; expected once")
        return values[0] if values else default

    def one_of(self, name: str, *choices: str) -> str:
        """Return one of the choices; the first without the parameter."""
        return self._parsed(name, choices[0], " or ".join(choices), lambda text: _in(text, choices))

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        return self._parsed(
            name,
            str(default),
            f"a whole number from {least} to {most}",
            lambda text: _whole(text, least, most),
        )

    def flag(self, name: str) -> bool:
        """Return whether the parameter is `true`."""
        return self.one_of(name, "false", "true") == "true"

    def time(self, name: str) -> datetime | None:
        """Return a time, in UTC."""
        expected = "a time like 2026-01-31T12:00:00Z"
        return self._parsed(name, "", expected, time_of) if self.all(name) else None

    def references(self) -> list[tuple[str, str]]:
        """Return keys and values of the references; `artnr` first."""
        pairs = [
            (name.removeprefix(REFERENCE), value)
            for name in ["artnr", *[name for name in dict.fromkeys(self._given) if name != "artnr"]]
            if name == "artnr" or name.startswith(REFERENCE)
            for value in self.all(name, MAX_REFERENCE)
        ]
        if len(pairs) > MAX_VALUES:
            raise BadInput(f"{len(pairs)} references given; expected at most {MAX_VALUES}")
        return pairs

    def pairs(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """Return names and values of these parameters and of references, in the order given."""
        wanted = {*names}
        return [
            (name, value)
            for name in dict.fromkeys(self._given)
            if name in wanted or name.startswith(REFERENCE)
            for value in self.all(name)
        ]

    def _parsed(self, name: str, default: str, expected: str, parse: Callable[[str], T]) -> T:
        text = self.text(name, default)
        try:
            return parse(text)
        except ValueError:
            raise BadInput(f"parameter {name!r} is {text[:40]!r}; expected {expected}") from None


def query(request: Request, *known: str, references: bool = False) -> Parameters:
    """Return the parameters of the URL; raises 404 if the path has elements after the view."""
    if request.subpath:
        raise HTTPNotFound("there is nothing at this URL")
    return Parameters(request.GET, *known, references=references)


def _in(text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise ValueError(text)
    return text


def _whole(text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or not least <= int(text) <= most:
        raise ValueError(text)
    return int(text)
