"""Options for the filters of lists, which several commands have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from ..domain.filters import FILTERS, Filter

# Names of options that differ from those of parameters.
_OPTIONS = {"q": "--search"}


def with_filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add an option for each filter."""
    for one in reversed(FILTERS):
        option = _OPTIONS.get(one.name, f"--{one.name.replace('_', '-')}")
        command = click.option(
            option,
            one.name,
            multiple=True,
            metavar=_metavar(one),
            help=one.summary,
        )(command)
    return command


def _metavar(one: Filter) -> str:
    return "|".join(one.choices) if one.choices else one.name.upper()


def pairs_of(options: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Return names and values of the filters that are given."""
    return [(name, value) for name, values in options.items() for value in values]
