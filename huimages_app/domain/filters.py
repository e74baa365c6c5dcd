"""The filters of lists and searches: one table for URLs, forms, the API, commands and `client`.

To add a filter, add a line to FILTERS, and its label to `web/presentation/filter_forms.py`.  If it
needs a new field of `Query`, add its conditions to the query planners of both stores.  A facet
needs none: see `domain.facets`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, get_args

from ..errors import BadInput
from .batches import BATCH
from .facets import MISSING, ORIGINAL_FORMATS, SHAPES
from .models import Order, Query
from .periods import PERIOD_PATTERN, Period
from .text import MAX_REFERENCE, REFERENCE_KEY, clean, clean_tag
from .times import TIME_PATTERN, time_of

MAX_VALUES: Final = 100  # of all filters together
MAX_PIXELS: Final = 1_000_000
MAX_DAYS: Final = 3660
MAX_LENGTH: Final = 500  # characters of a value
ORDERS: Final[tuple[str, ...]] = get_args(Order)
REFERENCE: Final = "ref."  # before the key of a reference
_REFERENCE_NAME: Final = re.compile(re.escape(REFERENCE) + REFERENCE_KEY.pattern)

Filters = Sequence[tuple[str, str]]  # names and values

# Adds the condition that a value stands for; raises ValueError or BadInput.
Apply = Callable[[Query, str], Query]

# Of each kind of values: what is expected, and for the description of the API a regular
# expression of values that are accepted.
KINDS: Final = {
    "words": ("words", ""),
    "text": ("a text", ""),
    "choice": ("", ""),
    "pixels": (f"a whole number from 1 to {MAX_PIXELS}", "^[1-9][0-9]{0,5}$"),
    "rating": ("a number from 0 to 10", r"^(?:[0-9](?:\.[0-9]{1,2})?|10)$"),
    "batch": ("the ID of an upload, 16 hexadecimal digits", f"^{BATCH.pattern}$"),
    "days": (
        f"a whole number of days from 0 to {MAX_DAYS}",
        "^(?:0|[1-9][0-9]{0,2}|[12][0-9]{3}|3[0-5][0-9]{2}|36[0-5][0-9]|3660)$",
    ),
    "period": (
        "dates as in 2024, 2024-05..2024-07 or 2024-05-01..",
        f"^{PERIOD_PATTERN}$",
    ),
    "time": ("a time like 2026-01-31T12:00:00Z", f"^{TIME_PATTERN}$"),
}


@dataclass(frozen=True)
class Filter:
    """A condition that clients can set; `kind` is one of KINDS.

    `choices` are the only values of the kind `choice`.  A filter that `is_repeatable` may be given
    several times.
    """

    name: str
    apply: Apply
    kind: str
    summary: str
    choices: tuple[str, ...] = ()
    example: str = ""
    is_repeatable: bool = False

    @property
    def expected(self) -> str:
        """Return what a value is, for messages."""
        if self.choices:
            return f"{', '.join(self.choices[:-1])} or {self.choices[-1]}"
        return KINDS[self.kind][0]

    @property
    def pattern(self) -> str:
        """Return a regular expression of values; empty if any text is one."""
        return KINDS[self.kind][1]


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


def _with_batch(query: Query, value: str) -> Query:
    if not BATCH.fullmatch(value):
        raise ValueError(value)
    return replace(query, facets=(*query.facets, ("batch", value)))


def _with_period(name: str) -> Apply:
    def apply(query: Query, value: str) -> Query:
        period = Period.parse(value)
        fields: dict[str, Any] = {f"{name}_from": period.start, f"{name}_before": period.end}
        return replace(query, **fields)

    return apply


def _with_value(name: str, parse: Callable[[str], object]) -> Apply:
    return lambda query, value: replace(query, **{name: parse(value)})  # type: ignore[arg-type]


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,7}", text) or not least <= int(text) <= most:
            raise ValueError(text)
        return int(text)

    return parse


_pixels = _whole(1, MAX_PIXELS)


def _rating(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,2})?", text) or not float(text) <= 10:
        raise ValueError(text)
    return float(text)


FILTERS: Final = (
    Filter(
        "q",
        _with_text,
        "words",
        "Words of titles, tags, file names and references. Other filters may be among them, as in "
        "gull tag:sea without:alt.",
        example="gull",
    ),
    Filter(
        "tag",
        _with_tag,
        "text",
        "Images with this tag; if given several times, with each.",
        example="sea",
        is_repeatable=True,
    ),
    Filter(
        "artnr",
        _with_reference("artnr"),
        "text",
        "Images with this article number; if given several times, with any.",
        example="10106",
        is_repeatable=True,
    ),
    Filter("type", _with_value("type", clean), "text", "Images of this type.", example="product"),
    Filter("shape", _with_facet("shape"), "choice", "Images of this shape.", SHAPES),
    Filter(
        "format",
        _with_facet("format"),
        "choice",
        "Images whose original has this format.",
        ORIGINAL_FORMATS,
    ),
    Filter(
        "larger",
        _with_value("larger", _pixels),
        "pixels",
        "Images whose longer side has at least this many pixels.",
        example="2000",
    ),
    Filter(
        "smaller",
        _with_value("smaller", _pixels),
        "pixels",
        "Images whose longer side has fewer pixels.",
        example="1000",
    ),
    Filter(
        "uploaded",
        _with_period("created"),
        "period",
        "Images added on these days, in UTC; 2024 and 2024-05-01.. are periods, too.",
        example="2024-05..2024-07",
    ),
    Filter(
        "taken",
        _with_period("taken"),
        "period",
        "Images taken on these days, in UTC; 2024 and 2024-05-01.. are periods, too.",
        example="2024-05..2024-07",
    ),
    Filter(
        "rating",
        _with_value("rating", _rating),
        "rating",
        "Images whose average rating, from 0 to 10, is at least this.",
        example="8",
    ),
    Filter(
        "by", _with_facet("uploader"), "text", "Images that this account uploaded.", example="vera"
    ),
    Filter(
        "batch",
        _with_batch,
        "batch",
        "Images of one upload: the link that the page of uploads shows names it.",
        example="0123456789abcdef",
    ),
    Filter(
        "without",
        _with_facet("without"),
        "choice",
        "Images that lack this: a title, an alternative text, tags or an article number.",
        MISSING,
        is_repeatable=True,
    ),
    Filter(
        "ends",
        _with_value("ends", _whole(0, MAX_DAYS)),
        "days",
        "Images whose rights end today or within so many days, by the time zone of the site.",
        example="30",
    ),
    Filter(
        "changed_since",
        _with_value("changed_since", time_of),
        "time",
        "Images whose record was changed then or later. Changes of tags and ratings, and removed "
        "images, are not among them.",
        example="2026-01-31T12:00:00Z",
    ),
)
_BY_NAME: Final = {one.name: one for one in FILTERS}


def is_filter(name: str) -> bool:
    """Return whether a parameter of this name is a filter."""
    return name in _BY_NAME or bool(_REFERENCE_NAME.fullmatch(name))


def filter_of(name: str) -> Filter:
    """Return the filter of this name, or of a reference, as in `ref.view`; raises BadInput."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    key = name.removeprefix(REFERENCE)
    if is_filter(name):
        summary = "Images with this reference; if given several times, with any."
        return Filter(name, _with_reference(key), "text", summary, is_repeatable=True)
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
    if len(given) > MAX_VALUES:
        raise BadInput(f"{len(given)} values of filters given; expected at most {MAX_VALUES}")
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


def chosen_query_of(values: Iterable[tuple[str, str]]) -> Query:
    """Return the query of images that are to be changed; raises BadInput.

    An empty value is refused: `query_of` takes it for no condition, so all images would change.
    """
    given = list(values)
    for name, value in given:
        if not clean(value):
            raise BadInput(
                f"the filter {name[:40]!r} is empty; expected a value, or no such filter"
            )
    return query_of(given)


def _applied(one: Filter, query: Query, value: str) -> Query:
    if len(value) > MAX_LENGTH:
        raise BadInput(
            f"parameter {one.name!r} is too long; expected at most {MAX_LENGTH} characters"
        )
    try:
        if one.choices and value not in one.choices:
            raise ValueError(value)
        return one.apply(query, value)
    except ValueError:
        raise BadInput(
            f"parameter {one.name!r} is {value[:40]!r}; expected {one.expected}"
        ) from None


def _ordered(query: Query, order: str) -> Query:
    if order and order not in ORDERS:
        raise BadInput(f"parameter 'order' is {order[:40]!r}; expected {' or '.join(ORDERS)}")
    if order == "place" and len(query.references) != 1:
        raise BadInput("order=place needs one reference, as in artnr=10106")
    return replace(query, order=order) if order else query  # type: ignore[arg-type]
