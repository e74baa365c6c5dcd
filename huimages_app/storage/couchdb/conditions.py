"""Conditions of a query that are checked on the documents of candidates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from ...domain.facets import Facet, facets_of, longest_side, shown_name
from ...domain.models import Image, Query
from ...domain.tokenizer import parse_query, searched
from .codec import image_of, is_replaced, is_trashed, text_of
from .database import Document
from .tokenizer import matches

AnnotationRows = Sequence[dict[str, Any]]  # values of rows of the view by_image

# Times before and after all others; digits, because collations disagree about signs.
_FIRST, _LAST = "0", "9999"

_LONGEST_NAME = 100  # UTF-16 code units of a name in the view by_value


@dataclass(frozen=True)
class Record:
    """The document of a candidate, and its image, which is read once for all conditions."""

    document: Document

    @cached_property
    def image(self) -> Image:
        return image_of(self.document)


@dataclass(frozen=True)
class Condition:
    """A condition on an image.

    `of_annotations`: its annotations can fulfil it, too.  `is_negative`: they can only refute it.
    """

    holds: Callable[[Record, AnnotationRows], bool]
    of_annotations: bool = False
    is_negative: bool = False

    def is_certain(self, record: Record) -> bool:
        """Return whether it holds, whatever the annotations are."""
        return not self.is_negative and self.holds(record, [])


def conditions_of(query: Query, today: date) -> dict[str, Condition]:
    """Return the conditions of a query by name; those of tags and facets begin with their kind.

    `today` is the day from which `Query.ends` counts.
    """
    return {
        "state": Condition(lambda record, _: _is_listed(record.document, query.trashed)),
        **dict(_conditions_on_images(query)),
        **dict(_condition_on_rights(query, today)),
        **dict(_conditions_on_annotations(query)),
    }


def times_of_taking(query: Query) -> tuple[str, str]:
    """Return the first time of the query, and the one that ends it, as documents have them."""
    first, end = query.taken_from, query.taken_before
    return text_of(first) if first else _FIRST, text_of(end) if end else _LAST


def name_of(document: Document) -> str:
    """Return the name of the image as the view by_value contains it."""
    name = shown_name(image_of(document)).encode("utf-16-le", "surrogatepass")
    return name[: 2 * _LONGEST_NAME].decode("utf-16-le", "ignore")


def average_of(document: Document) -> float:
    """Return the average of the ratings; -1 without any."""
    ratings = document.get("ratings")
    if not isinstance(ratings, dict) or not ratings.get("count", 0) > 0:
        return -1
    return float(ratings["sum"] / ratings["count"])


def taken_of(document: Document) -> str:
    """Return the time of taking as the view contains it; empty if it is not known."""
    return _taken_text(image_of(document))


def _taken_text(image: Image) -> str:
    return text_of(image.taken) if image.taken else ""


def _is_listed(document: Document, trashed: bool) -> bool:
    return is_trashed(document) == trashed and (trashed or not is_replaced(document))


def _conditions_on_images(query: Query) -> Iterator[tuple[str, Condition]]:
    if query.order == "rated" or query.rating is not None:
        least = query.rating or 0
        yield "rating", Condition(lambda record, _: average_of(record.document) >= least)
    if query.order == "taken" or query.taken_from or query.taken_before:
        first, end = times_of_taking(query)
        yield "taken", Condition(lambda record, _: first <= _taken_text(record.image) < end)
    if query.created_from or query.created_before:
        yield "created", Condition(lambda record, _: _is_created(record.image, query))
    if query.larger is not None or query.smaller is not None:
        yield "longest", Condition(lambda record, _: _has_side(record.image, query))
    if wanted := query.wanted_references:
        yield "references", Condition(lambda record, _: _has_references(record.image, wanted))
    if collection := query.collection:
        yield "collection", Condition(lambda record, _: collection in record.image.collections)
    if since := query.changed_since:
        yield "changed_since", Condition(lambda record, _: record.image.modified >= since)
    for facet in query.wanted_facets:
        if facet != ("without", "tags"):
            yield f"facet {facet}", _of_facet(facet)


def _condition_on_rights(query: Query, today: date) -> Iterator[tuple[str, Condition]]:
    if days := query.last_days(today):
        first, last = (day.isoformat() for day in days)
        yield "ends", Condition(lambda record, _: first <= record.image.rights.until <= last)


def _conditions_on_annotations(query: Query) -> Iterator[tuple[str, Condition]]:
    for tag in query.wanted_tags:
        yield f"tag {tag}", _of_tag(tag)
    if ("without", "tags") in query.facets:
        yield (
            "facet ('without', 'tags')",
            Condition(
                lambda _, rows: not any(row["tags"] for row in rows),
                of_annotations=True,
                is_negative=True,
            ),
        )
    if visitor := query.favorite_of:
        yield (
            "favorite_of",
            Condition(
                lambda _, rows: any(row["visitor"] == visitor and row["favorite"] for row in rows),
                of_annotations=True,
            ),
        )
    if query.text.strip():
        phrases = parse_query(query.text)
        yield (
            "text",
            Condition(
                lambda record, rows: matches(phrases, _texts(record.image, rows)),
                of_annotations=True,
            ),
        )


def _of_facet(facet: Facet) -> Condition:
    return Condition(lambda record, _: facet in facets_of(record.image, is_tagged=True))


def _of_tag(tag: str) -> Condition:
    return Condition(lambda _, rows: any(tag in row["tags"] for row in rows), of_annotations=True)


def _is_created(image: Image, query: Query) -> bool:
    first, end = query.created_from, query.created_before
    return (first is None or image.created >= first) and (end is None or image.created < end)


def _has_side(image: Image, query: Query) -> bool:
    side, least, end = longest_side(image), query.larger, query.smaller
    return (least is None or side >= least) and (end is None or side < end)


def _has_references(image: Image, wanted: Mapping[str, Sequence[str]]) -> bool:
    return all(
        not set(values).isdisjoint(image.references.get(key, ())) for key, values in wanted.items()
    )


def _texts(image: Image, annotations: AnnotationRows) -> list[list[str]]:
    tags = dict.fromkeys(tag for row in annotations for tag in row["tags"])
    return list(searched(image, tags))
