"""How a query becomes a scan of one view, and conditions that are checked on its candidates.

Example: the search "red bike" has two words.  The view `by_word` has 9,000 rows for "red" and
120 for "bike", so the plan is

    scan        by_word/bike, of titles and of tags, newest first
    residual    not in the trash; the texts of the image contain "red" and "bike"

The scan yields candidates in the order of the result.  Their documents are read with them,
and the residual conditions leave the images of the page.

The most selective condition chooses the scan, in this order: favourites of a visitor,
references (those of the first key), words, a tag, a type, the time of the last change.
The order `rated` always scans the ratings, `taken` the times of taking, and `place` the images
of its reference or its collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...domain.models import Image, Query
from ...domain.tokenizer import parse_query, searched
from ..places import COLLECTION, UNPLACED, rank
from .codec import ctime_of, image_of, is_replaced, is_trashed, text_of
from .database import Database, Document, Row
from .scans import InMemoryScan, MergedScan, Position, Scan, ViewScan
from .tokenizer import index_keys, matches, search_keys

AnnotationRows = Sequence[dict[str, Any]]  # values of rows of the view by_image

_COMPARED = 3  # words of a search whose frequencies are compared
_FEW = 1000  # changes, or times of taking, that are sorted in memory
# Times before and after all others; digits, because collations disagree about signs.
_FIRST, _LAST = "0", "9999"


@dataclass(frozen=True)
class Condition:
    """A condition on an image; `of_annotations` if its annotations can fulfil it, too."""

    holds: Callable[[Document, AnnotationRows], bool]
    of_annotations: bool = False


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

    @property
    def residual(self) -> list[Condition]:
        """The conditions to check on the candidates."""
        return [c for name, c in self.conditions.items() if name not in self.satisfied]

    @property
    def needs_annotations(self) -> bool:
        """Whether the position of an image depends on its annotations, or a condition does."""
        conditions = self.conditions.values()
        return self.mark_filter is not None or any(c.of_annotations for c in conditions)

    def position(self, document: Document, annotations: AnnotationRows) -> Position:
        """Return the position of a matching image in the scan."""
        ctime = ctime_of(document)
        if self.rank:
            return (self.rank(document), ctime, document["_id"])
        if self.mark_filter and not (self.word and _has_word(document, self.word)):
            # Annotations of a legacy site do not contain the time of their image.
            times = [row["ctime"] for row in annotations if self.mark_filter(row)]
            ctime = max(times, default=ctime)
        return (ctime, document["_id"])

    def is_duplicate(self, position: Position, document: Document) -> bool:
        """Whether the scan also yields the image at the position of its own words."""
        return (
            bool(self.word) and position[0] != ctime_of(document) and _has_word(document, self.word)
        )


def plan_query(query: Query, images: Database, visitors: Database) -> QueryPlan | None:
    """Return the plan of a query; None if no image can match."""
    if query.text.strip() and not parse_query(query.text):
        return None
    trashed = query.trashed

    def of_images(view: str, *key: str) -> ViewScan:
        return ViewScan(images, view, (trashed, *key))

    def of_annotations(
        view: str, *key: str, grouped: bool = False, exact: bool = False
    ) -> ViewScan:
        return ViewScan(visitors, view, key, documents=False, grouped=grouped, exact=exact)

    conditions = _conditions(query)
    descending = query.order not in {"oldest", "place"}
    base_plan = QueryPlan(of_images("by_time"), descending, conditions)
    if query.order == "rated":
        return replace(base_plan, scan=of_images("by_rating"), rank=_average)
    if query.order == "taken":
        return replace(
            base_plan,
            scan=replace(of_images("by_taken"), between=_times_of_taking(query)),
            satisfied=frozenset({"taken"}),
            rank=_taken,
        )
    if collection := query.collection:
        return replace(
            base_plan,
            scan=of_images("by_place", COLLECTION, collection),
            rank=lambda document: image_of(document).collections.get(collection, UNPLACED),
        )
    if query.order == "place":
        [(key, value)] = query.references
        return replace(
            base_plan,
            scan=of_images("by_place", key, value),
            rank=lambda document: rank(image_of(document).place(key, value)),
        )
    if visitor := query.favorite_of:
        return replace(
            base_plan,
            scan=of_annotations("favorites", visitor, exact=True),
            satisfied=frozenset({"favorite_of"}),
            mark_filter=lambda row: bool(row["visitor"] == visitor and row["favorite"]),
        )
    if wanted := query.wanted_references:
        key, values = next(iter(wanted.items()))
        scans = [of_images("by_reference", key, value) for value in values]
        return replace(base_plan, scan=MergedScan(scans))
    if query.text.strip():
        return _plan_words(query, base_plan, of_images, of_annotations)
    if tag := query.tag:
        return replace(
            base_plan,
            scan=of_annotations("by_tag", tag, grouped=True, exact=True),
            satisfied=frozenset({"tag"}),
            mark_filter=lambda row: tag in row["tags"],
        )
    if query.type:
        return replace(base_plan, scan=of_images("by_type", query.type))
    if query.taken_from or query.taken_before:
        first, end = _times_of_taking(query)
        few = _few(images, "by_taken", [trashed, first], [trashed, end], lambda row: row["key"][2])
        return replace(base_plan, scan=few or base_plan.scan)
    if query.changed_since:
        since = text_of(query.changed_since)
        few = _few(images, "by_change", [trashed, since], [trashed, {}], lambda row: row["value"])
        return replace(base_plan, scan=few or base_plan.scan)
    return base_plan


def _plan_words(
    query: Query,
    base_plan: QueryPlan,
    of_images: Callable[..., ViewScan],
    of_annotations: Callable[..., ViewScan],
) -> QueryPlan:
    """Scan the rarest word; of long words, which are rare, only some are compared."""
    wanted = parse_query(query.text)
    choices = [
        (of_images("by_word", word), of_annotations("by_word", word, grouped=True))
        for word in search_keys(wanted)[-_COMPARED:]
    ]
    if not choices:
        return base_plan  # characters that the views do not index
    rarest = choices[-1]
    if len(choices) > 1:
        rarest = min(choices, key=lambda scans: sum(scan.count() for scan in scans))
    word = str(rarest[0].prefix[1])
    # A single word that is a key needs no further check.
    is_simple = [(word,)] == wanted
    return replace(
        base_plan,
        scan=MergedScan(rarest),
        satisfied=frozenset({"text"}) if is_simple else frozenset(),
        mark_filter=lambda row: word in index_keys(row["tags"]),
        word=word,
    )


def _few(
    images: Database, view: str, start: list[Any], end: list[Any], ctime: Callable[[Row], str]
) -> InMemoryScan | None:
    """Return the images of a range of a view, if they are few enough to be sorted here.

    `ctime` is the time of creation that a row of the view contains.
    """
    rows = images.rows(view, startkey=start, endkey=end, limit=_FEW + 1)
    if len(rows) > _FEW:
        return None
    return InMemoryScan([(ctime(row), row["id"]) for row in rows])


def _times_of_taking(query: Query) -> tuple[str, str]:
    """Return the first time of the query, and the one that ends it, as documents have them."""
    first, end = query.taken_from, query.taken_before
    return text_of(first) if first else _FIRST, text_of(end) if end else _LAST


def _conditions(query: Query) -> dict[str, Condition]:
    conditions = {"state": Condition(lambda document, _: _is_listed(document, query.trashed))}
    if query.order == "rated":
        conditions["rated"] = Condition(lambda document, _: _is_rated(document))
    if query.order == "taken" or query.taken_from or query.taken_before:
        first, end = _times_of_taking(query)
        conditions["taken"] = Condition(lambda document, _: first <= _taken(document) < end)
    if wanted := query.wanted_references:
        conditions["references"] = Condition(
            lambda document, _: _has_references(image_of(document), wanted)
        )
    if collection := query.collection:
        conditions["collection"] = Condition(
            lambda document, _: collection in image_of(document).collections
        )
    if query.type:
        conditions["type"] = Condition(lambda document, _: query.type in image_of(document).types)
    if since := query.changed_since:
        conditions["changed_since"] = Condition(
            lambda document, _: image_of(document).modified >= since
        )
    if query.tag:
        conditions["tag"] = Condition(
            lambda _, rows: any(query.tag in row["tags"] for row in rows), of_annotations=True
        )
    if visitor := query.favorite_of:
        conditions["favorite_of"] = Condition(
            lambda _, rows: any(row["visitor"] == visitor and row["favorite"] for row in rows),
            of_annotations=True,
        )
    if query.text.strip():
        phrases = parse_query(query.text)
        conditions["text"] = Condition(
            lambda document, rows: matches(phrases, _texts(document, rows)), of_annotations=True
        )
    return conditions


def _is_listed(document: Document, trashed: bool) -> bool:
    return is_trashed(document) == trashed and (trashed or not is_replaced(document))


def _average(document: Document) -> float:
    ratings = document["ratings"]
    return float(ratings["sum"] / ratings["count"])


def _taken(document: Document) -> str:
    """Return the time of taking as the view contains it; empty if it is not known."""
    taken = image_of(document).taken
    return text_of(taken) if taken else ""


def _is_rated(document: Document) -> bool:
    ratings = document.get("ratings")
    return isinstance(ratings, dict) and ratings.get("count", 0) > 0


def _has_references(image: Image, wanted: Mapping[str, Sequence[str]]) -> bool:
    return all(
        not set(values).isdisjoint(image.references.get(key, ())) for key, values in wanted.items()
    )


def _texts(document: Document, annotations: AnnotationRows) -> list[list[str]]:
    tags = dict.fromkeys(tag for row in annotations for tag in row["tags"])
    return list(searched(image_of(document), tags))


def _has_word(document: Document, word: str) -> bool:
    """Whether the document itself is in the view `by_word` under a word."""
    image = image_of(document)
    texts = [*image.titles, image.filename]
    texts += [value for values in image.references.values() for value in values]
    return word in index_keys(texts)
