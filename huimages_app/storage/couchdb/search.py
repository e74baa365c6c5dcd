"""Queries on images in CouchDB: a bounded number of requests each."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...domain.ids import ID_LENGTH, is_image_id
from ...domain.ids import image_id as id_of
from ...domain.models import Changes, Image, Page, Query, Window
from ...errors import BadCursor
from .. import cursors
from ..interfaces import ImageSearch
from .client import Database, Document
from .codec import image_of, is_trashed
from .query_planner import AnnotationRows, Plan, plan
from .scans import Candidate, Place, Start

# How often a page reads on when conditions leave out most of what it read.
_ROUNDS = 5
_MOST_READ = 500  # candidates of a round
_SPARE = 10  # of marks, which do not know whether their image is in the trash

_MIXED = 4  # how many times as many random images are read as are drawn
_AT_LEAST = 20
_SPARE_RANDOM = 5

_BEHIND = "\ufff0"  # stands behind whatever a tag goes on with, in CouchDB's order too


@dataclass(frozen=True)
class _Scan:
    """What was found from a start; `end` is where to go on, None at the collection's end."""

    found: Sequence[tuple[Place, Image]]
    end: Place | None


class CouchSearch(ImageSearch):
    """Queries on both databases."""

    def __init__(self, images: Database, visitors: Database) -> None:
        self._images = images
        self._visitors = visitors
        self._cloud: tuple[object, list[tuple[str, int]]] = (None, [])  # since when, all tags

    def page(self, query: Query, limit: int, cursor: str | None = None) -> Page:
        forward, start = _decoded(query, cursor)
        planned = plan(query, self._images, self._visitors)
        if planned is None:
            return Page([])
        scan = self._scan(planned, start, limit, forward=forward)
        found = scan.found if forward else scan.found[::-1]
        images = [image for _, image in found]
        ahead = _encoded(query, forward, Start(scan.end)) if scan.end else None
        # Back to where we came from; an empty page gives back the place it began behind.
        back = None
        if start:
            place = scan.found[0][0] if scan.found else start.place
            back = _encoded(query, not forward, Start(place, inclusive=not scan.found))
        return Page(images, ahead, back) if forward else Page(images, back, ahead)

    def window(self, query: Query, image_id: str, before: int, after: int) -> Window:
        planned = plan(query, self._images, self._visitors)
        document = self._images.get(image_id)
        if planned is None or document is None:
            return Window()
        of_annotations = planned.said or any(c.of_annotations for c in planned.conditions.values())
        annotations = self._marks([image_id])[image_id] if of_annotations else []
        if not all(c.holds(document, annotations) for c in planned.conditions.values()):
            return Window()
        start = Start(planned.place(document, annotations))
        images_before = self._images_from(planned, start, before, forward=False)[::-1]
        return Window(images_before, self._images_from(planned, start, after, forward=True))

    def _images_from(
        self, plan: Plan, start: Start, limit: int, *, forward: bool
    ) -> tuple[Image, ...]:
        if not limit:
            return ()
        scan = self._scan(plan, start, limit, forward=forward)
        return tuple(image for _, image in scan.found)

    def random(self, count: int) -> list[Image]:
        if count <= 0:
            return []
        # Neighbours by ID always come together; drawing from more of them mixes.
        size = max(count * _MIXED, _AT_LEAST)
        start = id_of(secrets.token_bytes(16))
        rows = self._images.rows("by_id", startkey=start, limit=size)
        if len(rows) < size:
            rows += self._images.rows("by_id", endkey=start, limit=size - len(rows))
        ids = list(dict.fromkeys(row["id"] for row in rows))
        # A few more than asked for: one may go to the trash at this moment.
        drawn = random.sample(ids, min(count + _SPARE_RANDOM, len(ids)))
        return [image for image in self._records(drawn) if not image.trashed][:count]

    def _records(self, image_ids: Sequence[str]) -> list[Image]:
        documents = self._images.get_many(image_ids)
        return [image_of(document) for document in documents.values() if document]

    def count(self) -> int:
        return int(self._images.reduced("by_time", startkey=[False], endkey=[False, {}]) or 0)

    def changes(self, since: str = "", limit: int = 1000) -> Changes:
        """As promised; each image once in an answer, and marked ones behind changed ones.

        The order is each database's own.  An image marked and changed while somebody
        reads the feed in pieces may be in two of them.
        """
        ids: dict[str, None] = {}
        places = _feed_positions(since)
        while True:
            places, more = self._read_changes(places, limit, ids)
            if ids or not more:
                break
        documents = self._images.get_many(ids)
        gone = [i for i in ids if (d := documents.get(i)) is None or is_trashed(d)]
        return Changes(list(ids), frozenset(gone), cursors.encode(_FEED, places))

    def _read_changes(
        self, places: list[str | int | float], limit: int, ids: dict[str, None]
    ) -> tuple[list[str | int | float], bool]:
        """Add IDs of changed images to `ids`, up to `limit`; where to go on, whether to."""
        new, more = [], False
        for database, place in zip((self._images, self._visitors), places, strict=True):
            try:
                rows, end = database.changes(place, limit)
            except ValueError as error:
                raise BadCursor(_REFUSED) from error
            for row in rows:
                image_id = row["id"][:ID_LENGTH]
                if is_image_id(image_id) and image_id not in ids:
                    if len(ids) == limit:
                        break
                    ids[image_id] = None
                place = row["seq"]
            else:
                place = end
            more = more or len(rows) == limit
            new.append(place)
        return new, more

    def tags(self, prefix: str = "", limit: int | None = None) -> list[tuple[str, int]]:
        if prefix:
            return self._counted(prefix)[:limit]
        # CouchDB adds all tags up for each request, which takes a second where there are many.
        state, cloud = self._visitors.state(), self._cloud
        if cloud[0] != state:
            cloud = self._cloud = state, self._counted()
        return cloud[1][:limit]

    def _counted(self, prefix: str = "") -> list[tuple[str, int]]:
        """Tags and how often they were given, most used first."""
        within: dict[str, Any] = (
            {"startkey": [prefix], "endkey": [prefix + _BEHIND, {}]} if prefix else {}
        )
        rows = self._visitors.rows("by_tag", group_level=1, **within)
        # CouchDB sorts like a dictionary: what begins with "a" may begin with "ä" there, and
        # tags that differ in nothing it sorts by are one row, or come by turns in several.
        tags: Counter[str] = Counter()
        for row in rows:
            tag = row["key"][0]
            if tag.startswith(prefix):
                tags[tag] += row["value"]
        return sorted(tags.items(), key=lambda tag: (-tag[1], tag[0]))

    def _scan(self, plan: Plan, start: Start | None, limit: int, *, forward: bool) -> _Scan:
        descending = plan.descending if forward else not plan.descending
        found: list[tuple[Place, Image]] = []
        # More than asked for, so that there is one left to tell whether there is a next page.
        size = limit + 1 + (_SPARE if plan.said else 0)
        for _ in range(_ROUNDS):
            candidates = plan.source.read(start, size, descending=descending)
            for candidate, document in self._checked(plan, candidates):
                found.append((candidate.place, image_of(document)))
                if len(found) > limit:
                    return _Scan(found[:limit], found[limit - 1][0])
            if len(candidates) < size:
                return _Scan(found, None)
            start = Start(candidates[-1].place)
            size = min(max(4 * size, 50), _MOST_READ)
        return _Scan(found, candidates[-1].place)

    def _checked(
        self, plan: Plan, candidates: Sequence[Candidate]
    ) -> Iterable[tuple[Candidate, Document]]:
        """The candidates that all conditions hold for, with their documents."""
        # CouchDB gives a stray's key to a group that holds ours too, or lists the place twice.
        candidates = list({candidate.place: candidate for candidate in candidates}.values())
        missing = [candidate.id for candidate in candidates if candidate.document is None]
        others = self._images.get_many(missing)
        checks = {False: plan.unchecked.values(), True: plan.conditions.values()}
        of_annotations = [
            c.id for c in candidates if any(check.of_annotations for check in checks[c.stray])
        ]
        annotations = self._marks(of_annotations) if of_annotations else {}
        for candidate in candidates:
            document = candidate.document or others.get(candidate.id)
            if document is None or plan.repeats(candidate.place, document):
                continue
            said = annotations.get(candidate.id, [])
            if all(check.holds(document, said) for check in checks[candidate.stray]):
                yield candidate, document

    def _marks(self, image_ids: Sequence[str]) -> dict[str, AnnotationRows]:
        annotations: dict[str, list[dict[str, object]]] = {image_id: [] for image_id in image_ids}
        for row in self._visitors.rows("by_image", keys=list(annotations)):
            annotations[row["key"]].append(row["value"])
        return dict(annotations)


_FEED = ("couchdb", "changes")
_REFUSED = "this place in the changes is damaged or of another site; start from the beginning"


def _feed_positions(since: str) -> list[str | int | float]:
    return cursors.decode(_FEED, since) if since else [0, 0]


def _encoded(query: Query, forward: bool, start: Start) -> str:
    return cursors.encode(("couchdb", query), [int(forward), int(start.inclusive), *start.place])


def _decoded(query: Query, cursor: str | None) -> tuple[bool, Start | None]:
    """The direction and the start of a page; raises BadCursor."""
    if cursor is None:
        return True, None
    forward, inclusive, *place = cursors.decode(("couchdb", query), cursor)
    return bool(forward), Start(tuple(place), bool(inclusive))
