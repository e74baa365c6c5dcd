"""How a query becomes a scan of one view, and conditions that are checked on its candidates.

Example: the search "red bike" has two words.  The view `by_word` has 9,000 rows for "red" and
120 for "bike", so the plan is

    scan        by_word/bike, of titles and of tags, newest first
    residual    not in the trash; the texts of the image contain "red" and "bike"

The scan yields candidates in the order of the result.  Their documents are read with them,
and the residual conditions leave the images of the page.

The most selective condition chooses the scan, in this order: favourites of a visitor,
references (those of the first key), words, the rarest of tags and facets, few values of a range.
The orders `rated`, `taken` and `title` sort the candidates of that scan if they are few, and scan
the ratings, times of taking or names if not.  `place` always scans the images of its
reference or its collection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ...domain.models import Image, Query
from ...domain.tokenizer import parse_query
from ..places import COLLECTION, UNPLACED, folded, rank
from .codec import ctime_of, image_of, text_of
from .conditions import (
    AnnotationRows,
    Condition,
    Record,
    average_of,
    conditions_of,
    name_of,
    taken_of,
    times_of_taking,
)
from .database import Database, Document
from .few_candidates import few_in_range, few_sorted
from .scans import MergedScan, Position, Scan, ViewScan
from .tokenizer import index_keys, search_keys
from .word_counts import WordCounts

_COMPARED = 3  # words of a search whose frequencies are compared
_LAST = "9999"  # a time after all others
_ABOVE = 11  # an average above all others


@dataclass(frozen=True)
class QueryPlan:
    """A scan, its direction, and the conditions of the query.

    `satisfied` names conditions that every candidate of the scan meets.  `mark_filter` selects
    the annotations that put an image into a scan of annotations.  `word` is the word of a scan
    of words.
    """

    scan: Scan
    descending: bool
    conditions: dict[str, Condition]
    satisfied: frozenset[str] = frozenset()
    mark_filter: Callable[[dict[str, Any]], bool] | None = None
    word: str = ""
    rank: Callable[[Document], str | float] | None = None  # begins the positions of the scan
    trashed: bool = False

    @property
    def residual(self) -> list[Condition]:
        """The conditions to check on the candidates."""
        return [c for name, c in self.conditions.items() if name not in self.satisfied]

    @property
    def needs_annotations(self) -> bool:
        """Whether the position of an image depends on its annotations, or a condition does."""
        conditions = self.conditions.values()
        return self.mark_filter is not None or any(c.of_annotations for c in conditions)

    @property
    def is_decided_by_rows(self) -> bool:
        """Whether the rows of the scan are the images of the query, also without their documents.

        Rows of images show which of them are in the trash; those of annotations do not.
        """
        is_known = not (self.mark_filter and self.trashed)
        return is_known and self.conditions.keys() - {"state"} <= self.satisfied

    def position(self, record: Record, annotations: AnnotationRows) -> Position:
        """Return the position of a matching image in the scan."""
        document = record.document
        ctime = ctime_of(document)
        if self.rank:
            return (self.rank(document), ctime, document["_id"])
        if self.mark_filter and not (self.word and _has_word(record.image, self.word)):
            # Annotations of a legacy site do not contain the time of their image.
            times = [row["ctime"] for row in annotations if self.mark_filter(row)]
            ctime = max(times, default=ctime)
        return (ctime, document["_id"])

    def is_duplicate(self, position: Position, record: Record) -> bool:
        """Whether the scan also yields the image at the position of its own words."""
        return (
            bool(self.word)
            and position[0] != ctime_of(record.document)
            and _has_word(record.image, self.word)
        )


@dataclass(frozen=True)
class _Order:
    """An order that is not by time: its view, the rank of an image, and the range of a query."""

    view: tuple[str, ...]
    rank: Callable[[Document], str | float]
    has_rank: Callable[[Any], bool] = lambda value: True
    between: Callable[[Query], tuple[str | float, str | float] | None] = lambda query: None
    satisfied: frozenset[str] = frozenset()  # by the range


_ORDERS = {
    "rated": _Order(
        ("by_rating",),
        average_of,
        lambda value: value >= 0,
        lambda query: (query.rating or 0, _ABOVE),
        frozenset({"rating"}),
    ),
    "taken": _Order(("by_taken",), taken_of, bool, times_of_taking, frozenset({"taken"})),
    "title": _Order(("by_value", "name"), name_of),
}


def plan_query(
    query: Query, images: Database, visitors: Database, words: WordCounts, today: date
) -> QueryPlan | None:
    """Return the plan of a query; None if no image can match.

    `today` is the day from which `Query.ends` counts.
    """
    if query.text.strip() and not parse_query(query.text):
        return None
    views = _Views(query, images, visitors, words)
    descending = query.order not in {"oldest", "title", "place"}
    base_plan = QueryPlan(
        views.of_images("by_time"),
        descending,
        conditions_of(query, today),
        satisfied=views.satisfied_by_range,
        trashed=query.trashed,
    )
    if collection := query.collection:
        return replace(
            base_plan,
            scan=views.of_images("by_place", COLLECTION, folded(collection), collection),
            satisfied=frozenset({"collection"}),
            rank=lambda document: image_of(document).collections.get(collection, UNPLACED),
        )
    if query.order == "place":
        [(key, value)] = query.references
        return replace(
            base_plan,
            scan=views.of_images("by_place", key, folded(value), value),
            satisfied=frozenset({"references"}),
            rank=lambda document: rank(image_of(document).place(key, value)),
        )
    plan = _plan_by_condition(query, base_plan, views, today)
    if query.order not in _ORDERS:
        return plan or base_plan
    order = _ORDERS[query.order]
    if plan and (few := few_sorted(plan.scan, order.rank, order.has_rank, images)):
        return replace(base_plan, scan=few, rank=order.rank)
    scan = replace(views.of_images(*order.view), between=order.between(query))
    return replace(base_plan, scan=scan, satisfied=order.satisfied, rank=order.rank)


@dataclass(frozen=True)
class _Views:
    """The views as scans for one query."""

    query: Query
    images: Database
    visitors: Database
    words: WordCounts

    @property
    def _is_timed(self) -> bool:
        query = self.query
        return query.order in {"newest", "oldest"} and bool(
            query.created_from or query.created_before
        )

    @property
    def satisfied_by_range(self) -> frozenset[str]:
        """Return the conditions that all rows of `of_images` meet by their range."""
        first = self.query.created_from
        is_exact = self._is_timed and not (first and first.microsecond)
        return frozenset({"created"} if is_exact else ())

    def of_images(self, view: str, *key: str) -> ViewScan:
        """Return a scan of a view whose keys go on with the time of creation."""
        first, end = self.query.created_from, self.query.created_before
        between = None
        if self._is_timed:
            # Some documents of huImages 2.2 have times without a fraction, which sort before.
            between = (f"{first:%Y%m%dT%H%M%S}" if first else "", text_of(end) if end else _LAST)
        return ViewScan(self.images, view, (self.query.trashed, *key), between=between)

    def of_annotations(
        self, view: str, *key: str, grouped: bool = False, exact: bool = False
    ) -> ViewScan:
        return ViewScan(self.visitors, view, key, documents=False, grouped=grouped, exact=exact)

    def of_word(self, word: str) -> tuple[ViewScan, ViewScan]:
        """Return the scans of a word in the texts of images and in tags.

        The documents of both are read together, which takes less time than reading those of
        one scan with its rows.
        """
        return (
            self.of_images("by_word", word).without_documents(),
            self.of_annotations("by_word", word, grouped=True),
        )

    def count_of_word(self, word: str) -> int:
        """Return the number of candidates that a word has, or had some minutes ago."""
        return self.words.count(
            self.query.trashed, word, lambda: sum(scan.count() for scan in self.of_word(word))
        )


def _plan_by_condition(
    query: Query, base_plan: QueryPlan, views: _Views, today: date
) -> QueryPlan | None:
    """Return the plan that scans the most selective condition; None if none is selective."""
    if visitor := query.favorite_of:
        return replace(
            base_plan,
            scan=views.of_annotations("favorites", visitor, exact=True),
            satisfied=frozenset({"favorite_of"}),
            mark_filter=lambda row: bool(row["visitor"] == visitor and row["favorite"]),
        )
    if wanted := query.wanted_references:
        key, values = next(iter(wanted.items()))
        scans = [views.of_images("by_reference", key, value) for value in values]
        return replace(base_plan, scan=MergedScan(scans))
    if query.text.strip():
        return _plan_words(query, base_plan, views)
    if plans := [*_plans_of_tags(query, base_plan, views)]:
        if len(plans) == 1:
            return plans[0]
        return min(plans, key=lambda plan: plan.scan.count())  # type: ignore[attr-defined]
    # The views of the other orders have ranges of their own.
    has_range = query.order in {"newest", "oldest", "title"}
    few = few_in_range(query, views.images, today) if has_range else None
    return replace(base_plan, scan=few, satisfied=frozenset()) if few else None


def _plans_of_tags(query: Query, base_plan: QueryPlan, views: _Views) -> list[QueryPlan]:
    """Return a plan for each tag and facet."""
    of_tags = [
        replace(
            base_plan,
            scan=views.of_annotations("by_tag", tag, grouped=True, exact=True),
            satisfied=frozenset({f"tag {tag}"}),
            mark_filter=_mark_filter(tag),
        )
        for tag in query.wanted_tags
    ]
    of_facets = [
        replace(
            base_plan,
            scan=views.of_images("by_facet", *facet),
            # Images that an older program tagged are in the view, too.
            satisfied=base_plan.satisfied
            | frozenset({f"facet {facet}"} - {"facet ('without', 'tags')"}),
        )
        for facet in query.wanted_facets
    ]
    return [*of_tags, *of_facets]


def _mark_filter(tag: str) -> Callable[[dict[str, Any]], bool]:
    return lambda row: tag in row["tags"]


def _plan_words(query: Query, base_plan: QueryPlan, views: _Views) -> QueryPlan | None:
    """Scan the rarest word; of long words, which are rare, only some are compared."""
    wanted = parse_query(query.text)
    words = search_keys(wanted)[-_COMPARED:]
    if not words:
        return None  # characters that the views do not index
    word = words[-1] if len(words) == 1 else min(words, key=views.count_of_word)
    # A single word that is a key needs no further check.
    is_simple = [(word,)] == wanted
    return replace(
        base_plan,
        scan=MergedScan(views.of_word(word)),
        satisfied=frozenset({"text"}) if is_simple else frozenset(),
        mark_filter=lambda row: word in index_keys(row["tags"]),
        word=word,
    )


def _has_word(image: Image, word: str) -> bool:
    """Whether the document of an image is itself in the view `by_word` under a word."""
    texts = [*image.titles, image.filename]
    texts += [value for values in image.references.values() for value in values]
    return word in index_keys(texts)
