"""How a query is answered: one condition names the candidates, the others are checked.

The choice is fixed, the most selective first: a visitor's favourites, references (of the key
that is asked for first), words, a tag, a type, the time of the last change.  `rated` always
walks along the ratings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...domain.models import Image, Query
from ...domain.tokenizer import parse_query, searched
from .client import Database, Document
from .codec import ctime_of, image_of, is_trashed, text_of
from .scans import Listed, Place, Source, Union, ViewSource
from .tokenizer import LONGEST, matches, prefixes

AnnotationRows = Sequence[dict[str, Any]]  # values of rows of the view by_image

_COMPARED = 3  # words of a search whose frequencies are compared
_RECENT = 1000  # changes that are sorted here instead of walking the archive


@dataclass(frozen=True)
class Condition:
    """What must hold for an image; whether its marks have to be read to tell."""

    holds: Callable[[Document, AnnotationRows], bool]
    of_annotations: bool = False


@dataclass(frozen=True)
class Plan:
    """A source, its direction, and what it leaves to be checked.

    `said` tells the marks that put an image into a source of marks; `word` is what a
    source of words was asked for.
    """

    source: Source
    descending: bool
    conditions: dict[str, Condition]
    implied: frozenset[str] = frozenset()
    said: Callable[[dict[str, Any]], bool] | None = None
    word: str = ""
    rated: bool = False

    @property
    def unchecked(self) -> dict[str, Condition]:
        """The conditions that a candidate of the source need not meet."""
        return {name: c for name, c in self.conditions.items() if name not in self.implied}

    def place(self, document: Document, annotations: AnnotationRows) -> Place:
        """Where an image of the collection stands in the source."""
        ctime = ctime_of(document)
        if self.rated:
            ratings = document["ratings"]
            return (ratings["sum"] / ratings["count"], ctime, document["_id"])
        if self.said and not (self.word and _says(document, self.word)):
            # Marks of an old site do not know when the image was made.
            ctime = max(
                (annotation["ctime"] for annotation in annotations if self.said(annotation)),
                default=ctime,
            )
        return (ctime, document["_id"])

    def repeats(self, place: Place, document: Document) -> bool:
        """Whether the image was found by its own words, and again by a mark out of order."""
        return bool(self.word) and place[0] != ctime_of(document) and _says(document, self.word)


def plan(query: Query, images: Database, visitors: Database) -> Plan | None:
    """The plan of a query; None if nothing can match it."""
    conditions = _conditions(query)
    if query.text.strip() and not parse_query(query.text):
        return None
    trashed = query.trashed

    def of_images(view: str, *key: str) -> ViewSource:
        return ViewSource(images, view, (trashed, *key))

    def of_annotations(
        view: str, *key: str, grouped: bool = True, exact: bool = False
    ) -> ViewSource:
        return ViewSource(visitors, view, key, documents=False, grouped=grouped, exact=exact)

    whole = Plan(of_images("by_time"), query.order != "oldest", conditions)
    if query.order == "rated":
        return replace(whole, source=of_images("by_rating"), rated=True)
    if visitor := query.favorite_of:
        return replace(
            whole,
            source=of_annotations("favorites", visitor, grouped=False, exact=True),
            implied=frozenset({"favorite_of"}),
            said=lambda annotation: bool(
                annotation["visitor"] == visitor and annotation["favorite"]
            ),
        )
    if wanted := query.wanted_references:
        key, values = next(iter(wanted.items()))
        sources = [of_images("by_reference", key, value) for value in values]
        return replace(whole, source=Union(sources))
    if query.text.strip():
        return _by_word(query, whole, of_images, of_annotations)
    if tag := query.tag:
        return replace(
            whole,
            source=of_annotations("by_tag", tag, exact=True),
            implied=frozenset({"tag"}),
            said=lambda annotation: tag in annotation["tags"],
        )
    if query.type:
        return replace(whole, source=of_images("by_type", query.type))
    if query.changed_since:
        recent = _by_change(images, text_of(query.changed_since), trashed=trashed)
        return replace(whole, source=recent or whole.source)
    return whole


def _by_word(
    query: Query,
    whole: Plan,
    of_images: Callable[..., ViewSource],
    of_annotations: Callable[..., ViewSource],
) -> Plan:
    wanted = parse_query(query.text)
    words = sorted(set(prefixes(query.text)), key=len)
    choice = [(of_images("by_word", w), of_annotations("by_word", w)) for w in words[-_COMPARED:]]
    if not choice:
        return whole  # letters that the views do not know
    rarest = choice[-1]
    if len(choice) > 1:
        rarest = min(choice, key=lambda sources: sum(source.count() for source in sources))
    word = str(rarest[0].prefix[1])
    # One word, found as it was asked for, needs no second look.
    simple = [(word,)] == wanted and len(word) < LONGEST
    return replace(
        whole,
        source=Union(rarest),
        implied=frozenset({"text"}) if simple else frozenset(),
        said=lambda annotation: any(word in _all_beginnings(tag) for tag in annotation["tags"]),
        word=word,
    )


def _by_change(images: Database, since: str, *, trashed: bool) -> Listed | None:
    """The images changed since then, if they are few enough to be sorted here."""
    rows = images.rows(
        "by_change",
        startkey=[trashed, since],
        endkey=[trashed, {}],
        limit=_RECENT + 1,
    )
    return Listed([(row["value"], row["id"]) for row in rows]) if len(rows) <= _RECENT else None


def _conditions(query: Query) -> dict[str, Condition]:
    conditions = {"trashed": Condition(lambda document, _: is_trashed(document) == query.trashed)}
    if query.order == "rated":
        conditions["rated"] = Condition(lambda document, _: _is_rated(document))
    if wanted := query.wanted_references:
        conditions["references"] = Condition(
            lambda document, _: _has_references(image_of(document), wanted)
        )
    if query.type:
        conditions["type"] = Condition(lambda document, _: query.type in image_of(document).types)
    if since := query.changed_since:
        conditions["changed_since"] = Condition(
            lambda document, _: image_of(document).modified >= since
        )
    if query.tag:
        conditions["tag"] = Condition(
            lambda _, annotations: any(
                query.tag in annotation["tags"] for annotation in annotations
            ),
            of_annotations=True,
        )
    if query.favorite_of:
        conditions["favorite_of"] = Condition(
            lambda _, annotations: any(
                annotation["visitor"] == query.favorite_of and annotation["favorite"]
                for annotation in annotations
            ),
            of_annotations=True,
        )
    if query.text.strip():
        wanted_words = parse_query(query.text)
        conditions["text"] = Condition(
            lambda document, annotations: matches(wanted_words, _texts(document, annotations)),
            of_annotations=True,
        )
    return conditions


def _is_rated(document: Document) -> bool:
    ratings = document.get("ratings")
    return isinstance(ratings, dict) and ratings.get("count", 0) > 0


def _has_references(image: Image, wanted: Mapping[str, Sequence[str]]) -> bool:
    return all(
        not set(values).isdisjoint(image.references.get(key, ())) for key, values in wanted.items()
    )


def _texts(document: Document, annotations: AnnotationRows) -> list[list[str]]:
    tags = dict.fromkeys(tag for annotation in annotations for tag in annotation["tags"])
    return list(searched(image_of(document), tags))


def _says(document: Document, word: str) -> bool:
    """Whether a document is in the view of words under `word`."""
    image = image_of(document)
    texts = [*image.titles, image.filename]
    texts += [value for values in image.references.values() for value in values]
    return any(word in _all_beginnings(text) for text in texts)


def _all_beginnings(text: str) -> set[str]:
    return {word[:length] for word in prefixes(text) for length in range(1, len(word) + 1)}
