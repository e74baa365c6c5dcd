"""The filters of lists and searches: one table for URLs, forms, the API, commands and `client`.

To add a filter, add a line to FILTERS; if it needs a new field of `Query`, its conditions belong
into the planners of both stores.  A facet needs none: see `domain.facets`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, get_args

from ..errors import BadInput
from .facets import FORMATS, MISSING, SHAPES
from .models import Order, Query
from .periods import Period
from .text import MAX_REFERENCE, REFERENCE_KEY, clean, clean_tag
from .times import time_of

MOST_VALUES: Final = 100  # of all filters together
MOST_PIXELS: Final = 1_000_000
LONGEST: Final = 500  # characters of a value
ORDERS: Final[tuple[str, ...]] = get_args(Order)
REFERENCE: Final = "ref."  # before the key of a reference

# Adds the condition that a value stands for; raises ValueError or BadInput.
Apply = Callable[[Query, str], Query]


@dataclass(frozen=True)
class Filter:
    """A condition that clients can set.

    `choices` are the only values, if there are any; otherwise `expected` says what a value is, and
    `pattern` is a regular expression of values for the description of the API.  A filter that
    `is_repeatable` may be given several times.
    """

    name: str
    apply: Apply
    summary: str
    choices: tuple[str, ...] = ()
    expected: str = ""
    example: str = ""
    pattern: str = ""
    is_repeatable: bool = False


def _with_text(query: Query, value: str) -> Query:
    """Return the query with the words of a search field, and the filters that are among them."""
    words = []
    for word in clean(value).split():
        name, colon, rest = word.partition(":")
        known = _BY_NAME.get(name.lower()) if colon and rest else None
        if known is None or known.name == "q":
            words.append(word)
            continue
        try:
            query = _applied(known, query, rest)
        except BadInput:
            words.append(word)  # a word like any other
    return replace(query, text=" ".join([*query.text.split(), *words]))


def _with_tag(query: Query, value: str) -> Query:
    tag = clean_tag(value)
    return replace(query, tags=(*query.tags, tag)) if query.tag else replace(query, tag=tag)


def _with_reference(key: str) -> Apply:
    if not REFERENCE_KEY.fullmatch(key):
        raise ValueError(key)

    def apply(query: Query, value: str) -> Query:
        if len(value) > MAX_REFERENCE:
            raise BadInput(
                f"the reference {key} is too long; expected at most {MAX_REFERENCE} characters"
            )
        return replace(query, references=(*query.references, (key, clean(value))))

    return apply


def _with_facet(kind: str) -> Apply:
    return lambda query, value: replace(query, facets=(*query.facets, (kind, clean(value))))


def _with_period(name: str) -> Apply:
    def apply(query: Query, value: str) -> Query:
        period = Period.parse(value)
        fields: dict[str, Any] = {f"{name}_from": period.start, f"{name}_before": period.end}
        return replace(query, **fields)

    return apply


def _with_value(name: str, parse: Callable[[str], object]) -> Apply:
    return lambda query, value: replace(query, **{name: parse(value)})  # type: ignore[arg-type]


def _pixels(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,7}", text) or not 1 <= int(text) <= MOST_PIXELS:
        raise ValueError(text)
    return int(text)


def _rating(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,2})?", text) or not float(text) <= 10:
        raise ValueError(text)
    return float(text)


_PERIOD: Final = "dates as in 2024, 2024-05..2024-07 or 2024-05-01.."
_DAY: Final = "(?:[12][0-9]{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|1[0-9]|2[0-8]))?)?)?"
_PERIOD_PATTERN: Final = f"^{_DAY}(?:\\.\\.{_DAY})?$"
_PIXELS: Final = f"a whole number from 1 to {MOST_PIXELS}"
_PIXELS_PATTERN: Final = "^[1-9][0-9]{0,5}$"
_MONTH_AND_DAY: Final = "(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
_TIME_PATTERN: Final = f"^2[0-9]{{3}}-{_MONTH_AND_DAY}T[01][0-9]:[0-5][0-9]:[0-5][0-9]Z$"

FILTERS: Final = (
    Filter(
        "q",
        _with_text,
        "Words of titles, tags, file names and references. Other filters may be among them, as in "
        "gull tag:sea without:alt.",
        expected="words",
        example="gull",
    ),
    Filter(
        "tag",
        _with_tag,
        "Images with this tag; if given several times, with each.",
        expected="a tag",
        example="sea",
        is_repeatable=True,
    ),
    Filter(
        "artnr",
        _with_reference("artnr"),
        "Images with this article number; if given several times, with any.",
        expected="an article number",
        example="10106",
        is_repeatable=True,
    ),
    Filter(
        "type",
        _with_value("type", clean),
        "Images of this type.",
        expected="a type",
        example="product",
    ),
    Filter("format", _with_facet("format"), "Images whose original has this format.", FORMATS),
    Filter("shape", _with_facet("shape"), "Images of this shape.", SHAPES),
    Filter(
        "larger",
        _with_value("larger", _pixels),
        "Images whose longer side has at least this many pixels.",
        expected=_PIXELS,
        example="2000",
        pattern=_PIXELS_PATTERN,
    ),
    Filter(
        "smaller",
        _with_value("smaller", _pixels),
        "Images whose longer side has fewer pixels.",
        expected=_PIXELS,
        example="1000",
        pattern=_PIXELS_PATTERN,
    ),
    Filter(
        "uploaded",
        _with_period("created"),
        "Images added on these days, in UTC; 2024 and 2024-05-01.. are periods, too.",
        expected=_PERIOD,
        example="2024-05..2024-07",
        pattern=_PERIOD_PATTERN,
    ),
    Filter(
        "taken",
        _with_period("taken"),
        "Images taken on these days, in UTC; 2024 and 2024-05-01.. are periods, too.",
        expected=_PERIOD,
        example="2024-05..2024-07",
        pattern=_PERIOD_PATTERN,
    ),
    Filter(
        "rating",
        _with_value("rating", _rating),
        "Images whose average rating, from 0 to 10, is at least this.",
        expected="a number from 0 to 10",
        example="8",
        pattern=r"^(?:[0-9](?:\.[0-9]{1,2})?|10)$",
    ),
    Filter(
        "by",
        _with_facet("uploader"),
        "Images that this account uploaded.",
        expected="an account",
        example="vera",
    ),
    Filter(
        "without",
        _with_facet("without"),
        "Images that lack this: a title, an alternative text, tags or an article number.",
        MISSING,
        is_repeatable=True,
    ),
    Filter(
        "changed_since",
        _with_value("changed_since", time_of),
        "Images whose record was changed then or later. Changes of tags and ratings, and removed "
        "images, are not among them.",
        expected="a time like 2026-01-31T12:00:00Z",
        example="2026-01-31T12:00:00Z",
        pattern=_TIME_PATTERN,
    ),
)
_BY_NAME: Final = {one.name: one for one in FILTERS}


def filter_of(name: str) -> Filter:
    """Return the filter of this name, or of a reference, as in `ref.view`; raises BadInput."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    key = name.removeprefix(REFERENCE)
    if key != name and REFERENCE_KEY.fullmatch(key):
        summary = "Images with this reference; if given several times, with any."
        return Filter(name, _with_reference(key), summary, is_repeatable=True)
    names = [*_BY_NAME, f"{REFERENCE}KEY"]
    meant = difflib.get_close_matches(name[:40], names, 1)
    raise BadInput(
        f"unknown filter {name[:40]!r}; "
        + (f"did you mean {meant[0]!r}? " if meant else "")
        + f"known: {', '.join(names)}"
    )


def query_of(values: Iterable[tuple[str, str]], order: str = "") -> Query:
    """Return the query with all these filters; empty values are no condition.

    Raises BadInput.
    """
    given = [(filter_of(name), value) for name, value in values if value.strip()]
    if len(given) > MOST_VALUES:
        raise BadInput(f"{len(given)} values of filters given; expected at most {MOST_VALUES}")
    names = [one.name for one, _ in given]
    query = Query()
    # Article numbers match fewest images, so that they come first among references.
    for one, value in sorted(given, key=lambda pair: pair[0].name != "artnr"):
        if names.count(one.name) > 1 and not one.is_repeatable:
            raise BadInput(
                f"parameter {one.name!r} given {names.count(one.name)} times; expected once"
            )
        query = _applied(one, query, value)
    return _ordered(query, order)


def _applied(one: Filter, query: Query, value: str) -> Query:
    if len(value) > LONGEST:
        raise BadInput(f"parameter {one.name!r} is too long; expected at most {LONGEST} characters")
    expected = f"{', '.join(one.choices[:-1])} or {one.choices[-1]}" if one.choices else ""
    try:
        if one.choices and value not in one.choices:
            raise ValueError(value)
        return one.apply(query, value)
    except ValueError:
        raise BadInput(
            f"parameter {one.name!r} is {value[:40]!r}; expected {expected or one.expected}"
        ) from None


def _ordered(query: Query, order: str) -> Query:
    if order and order not in ORDERS:
        raise BadInput(f"parameter 'order' is {order[:40]!r}; expected {' or '.join(ORDERS)}")
    if order == "place" and len(query.references) != 1:
        raise BadInput("order=place needs one reference, as in artnr=10106")
    return replace(query, order=order) if order else query  # type: ignore[arg-type]
