"""Plan a query as SQL whose cost does not grow with the archive.

One source gives images in the order of the query and is read only as far as the page needs;
the other conditions are checked for each of its rows, of which `query_plan` bounds the number.
The source is

- for a text: the index of words, whose row numbers ascend with the time of creation
- if few images meet a condition: these, sorted
- for `rated`, `taken` and `title`: the index of averages, of these times or of names, unless few
  images match the text
- for `place`: the images of the reference or the collection, as they are ordered there
- else the shortest of the postings (the images with a tag, of a type, ...)

For example, the search "red" within the tag "bike" reads `words MATCH 'red'` from the newest
row number downwards, and looks up each of them in the postings of "bike".
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ...domain.models import Query
from ...domain.tokenizer import parse_query
from .codec import match_expression, micros
from .entries import reference_value
from .keys import first_key
from .query_plan import INDEXES, RANKS, Condition, QueryPlan, placeholders

# Up to this number of images are sorted; more are read from an index in order.
FEW = 1000


@dataclass(frozen=True)
class _Postings:
    """The images that meet one condition of a query: those on any of these lists."""

    kind: str
    list_numbers: Sequence[int]
    size: int


@dataclass(frozen=True)
class _Range:
    """Images with a column from `low` to below `high`; None where there is no bound."""

    column: str
    low: float | str | None
    high: float | str | None = None

    @property
    def condition(self) -> Condition:
        column = f"images.{self.column}"
        bounds = [(f"{column} >= ?", self.low), (f"{column} < ?", self.high)]
        given = [(expression, value) for expression, value in bounds if value is not None]
        return Condition(
            " AND ".join(expression for expression, _ in given),
            tuple(value for _, value in given),
        )


def plan_query(db: sqlite3.Connection, query: Query, today: date) -> QueryPlan | None:
    """Return the plan of a query; None if no image can match.

    `today` is the day from which `Query.ends` counts.
    """
    ranges = _ranges_of(query, today)
    postings = sorted(_postings_of(db, query), key=lambda found: found.size)
    phrases = parse_query(query.text)
    if not postings[0].size or (query.text.strip() and not phrases):
        return None
    match = match_expression(phrases)
    plan: QueryPlan
    rest: Sequence[_Postings]
    if query.order == "place":
        plan, rest = _plan_by_place(query, match, postings)
    elif match:
        plan, rest = _plan_of_text(db, query, match, postings)
    else:
        plan, rest = _plan_without_text(db, query, postings, ranges)
    plan = replace(plan, order=query.order)
    for found in rest:
        plan = plan.checked(
            # With an alias, since the source may be `members` itself.
            "EXISTS (SELECT 1 FROM members AS other"
            f" WHERE other.list IN ({placeholders(found.list_numbers)})"
            f" AND other.key = {plan.key})",
            *found.list_numbers,
        )
    for one in ranges:
        plan = _in_range(plan, one)
    return plan


def whole_list(db: sqlite3.Connection, query: Query) -> int | None:
    """Return the number of images of a query that is one list; None for any other query."""
    has_ranges = bool(_ranges_of(query, date.min))
    if query.text.strip() or has_ranges or query.order in RANKS:
        return None
    postings = list(_postings_of(db, query))
    if len(postings) > 1 or len(postings[0].list_numbers) > 1:
        return None
    return postings[0].size


def _in_range(plan: QueryPlan, one: _Range) -> QueryPlan:
    """Return the plan with a range: of the column by which the source is sorted, or a check."""
    condition = one.condition
    if one.column == "key":
        expression = condition.expression.replace("images.key", plan.key)
        add = plan.checked if plan.order in RANKS else plan.within
        return add(expression, *condition.parameters)
    if RANKS.get(plan.order) == f"images.{one.column}" and not plan.is_small:
        return plan.within(condition.expression, *condition.parameters)
    return plan.checked(condition.expression, *condition.parameters)


def _ranges_of(query: Query, today: date) -> list[_Range]:
    ranges = [
        _ending(query, today),
        _Range("modified", _micros(query.changed_since)),
        _Range("taken", _micros(query.taken_from), _micros(query.taken_before)),
        _Range("longest", query.larger, query.smaller),
        _Range("average", query.rating),
        _Range("key", _key(query.created_from), _key(query.created_before)),
    ]
    return [one for one in ranges if (one.low, one.high) != (None, None)]


def _ending(query: Query, today: date) -> _Range:
    """Return the range of the column with the last day of the rights."""
    days = query.last_days(today)
    if days is None:
        return _Range("ends", None)
    first, last = days
    return _Range("ends", first.isoformat(), (last + timedelta(days=1)).isoformat())


def _micros(time: datetime | None) -> int | None:
    return None if time is None else micros(time)


def _key(time: datetime | None) -> int | None:
    return None if time is None else first_key(micros(time))


def _postings_of(db: sqlite3.Connection, query: Query) -> Iterator[_Postings]:
    conditions = [("tag", [tag]) for tag in query.wanted_tags]
    conditions += [(kind, [value]) for kind, value in query.wanted_facets]
    if query.favorite_of:
        conditions.append(("favorite", [query.favorite_of]))
    if query.collection:
        conditions.append(("collection", [query.collection]))
    for key, values in query.wanted_references.items():
        conditions.append(("reference", [reference_value(key, value) for value in values]))
    # Each list is either of visible or of trashed images, so the list of all is redundant
    # beside another one.
    for kind, values in conditions or [("all", [""])]:
        rows = db.execute(
            "SELECT number, size FROM lists WHERE kind = ? AND trashed = ?"
            f" AND value IN ({placeholders(values)})",
            [kind, query.trashed, *values],
        ).fetchall()
        yield _Postings(kind, [number for number, _ in rows], sum(size for _, size in rows))


# -- sources: each with the postings that are still to be checked -------------------------

_MATCHES = "SELECT rowid FROM words WHERE words MATCH ?"


def _plan_of_text(
    db: sqlite3.Connection, query: Query, match: str, postings: Sequence[_Postings]
) -> tuple[QueryPlan, Sequence[_Postings]]:
    if postings[0].size <= FEW // 10:  # a look-up in the index of words is expensive
        plan = _sorted_postings(postings[0])
        return plan.checked(f"EXISTS ({_MATCHES} AND rowid = {plan.key})", match), postings[1:]
    if query.order in INDEXES:
        if _has_many_matches(db, match):
            return _by_rank(query).checked(f"+images.key IN ({_MATCHES})", match), postings
        return replace(_matches(match), is_small=True), postings
    return _matches(match), postings


def _plan_without_text(
    db: sqlite3.Connection, query: Query, postings: Sequence[_Postings], ranges: Sequence[_Range]
) -> tuple[QueryPlan, Sequence[_Postings]]:
    shortest = postings[0]
    is_few = shortest.size <= FEW
    if len(shortest.list_numbers) > 1 or (query.order in INDEXES and is_few):
        return _sorted_postings(shortest), postings[1:]
    if not is_few:
        for one in ranges:
            if few := _few_in_range(db, query, one):
                return few, postings
    if query.order in INDEXES:
        return _by_rank(query), postings
    return _in_order(shortest), postings[1:]


def _plan_by_place(
    query: Query, match: str, postings: Sequence[_Postings]
) -> tuple[QueryPlan, Sequence[_Postings]]:
    kind = "collection" if query.collection else "reference"
    ordered = next(found for found in postings if found.kind == kind)
    plan = _in_place_order(ordered)
    if match:
        plan = plan.checked(f"EXISTS ({_MATCHES} AND rowid = {plan.key})", match)
    return plan, [found for found in postings if found is not ordered]


def _has_many_matches(db: sqlite3.Connection, match: str) -> bool:
    """Return whether sorting the matches costs more than checking images in rank order."""
    limit = 5 * FEW
    return len(db.execute(f"{_MATCHES} LIMIT ?", [match, limit + 1]).fetchall()) > limit


def _few_in_range(db: sqlite3.Connection, query: Query, one: _Range) -> QueryPlan | None:
    """Return the images in a range, if they are few enough to be sorted."""
    condition = one.condition
    keys = f"SELECT key FROM images WHERE trashed = ? AND {condition.expression}"
    parameters = [query.trashed, *condition.parameters]
    if len(db.execute(f"{keys} LIMIT ?", [*parameters, FEW + 1]).fetchall()) > FEW:
        return None
    return _sorted(keys, *parameters)


def _matches(match: str) -> QueryPlan:
    return QueryPlan("words", "words.rowid").within("words MATCH ?", match)


def _in_order(postings: _Postings) -> QueryPlan:
    return QueryPlan("members", "members.key").within("members.list = ?", postings.list_numbers[0])


def _by_rank(query: Query) -> QueryPlan:
    plan = QueryPlan(f"images INDEXED BY {INDEXES[query.order]}", "images.key")
    return plan.within("images.trashed = ?", query.trashed)


def _in_place_order(postings: _Postings) -> QueryPlan:
    return QueryPlan("places", "places.key").within("places.list = ?", postings.list_numbers[0])


def _sorted_postings(postings: _Postings) -> QueryPlan:
    return _sorted(
        f"SELECT DISTINCT key FROM members WHERE list IN ({placeholders(postings.list_numbers)})",
        *postings.list_numbers,
    )


def _sorted(keys: str, *parameters: object) -> QueryPlan:
    """Return the plan of the few images with these keys."""
    return QueryPlan(f"({keys}) AS few", "few.key", parameters, is_small=True)
