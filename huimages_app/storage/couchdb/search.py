"""Queries on images in CouchDB, with a bounded number of requests each."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from itertools import islice

from ...domain.facet_counts import FacetCounts, facet_counts
from ...domain.ids import ID_LENGTH, is_image_id
from ...domain.ids import image_id as id_of
from ...domain.likeness import is_telling
from ...domain.models import ArticlePage, Changes, Count, Image, Page, Query, Window
from ...domain.months import TIMED, MonthCounts
from ...errors import BadCursor
from .. import cursors
from ..cursors import Start, decode_start, encode_start
from ..interfaces import ImageSearch
from ..places import COLLECTION
from .articles import CouchArticles
from .codec import image_of, is_trashed, text_of
from .conditions import Record
from .counts import count_by_rows
from .database import Database
from .endings import count_endings, read_endings
from .facet_counts import count_facets, count_facets_of_all
from .likeness import read_alike
from .months import months_of_all, read_months
from .query_planner import QueryPlan, plan_query
from .scans import Position, document_in
from .tag_counts import TagCounts
from .walks import Walk
from .word_counts import WordCounts

# Neighbours in the order of IDs come together, so more are read than are drawn.
_RANDOM_FACTOR, _RANDOM_MIN = 4, 20
_SPARE_RANDOM = 5  # drawn images more: one may be trashed or replaced meanwhile

_FEED = ("couchdb", "changes")


class CouchSearch(ImageSearch):
    """Queries on both databases."""

    def __init__(self, images: Database, visitors: Database, tags: TagCounts) -> None:
        self._images = images
        self._visitors = visitors
        self._tags = tags
        self._articles = CouchArticles(images)
        self._words = WordCounts()

    def page(self, query: Query, limit: int, cursor: str | None = None) -> Page:
        scope = _scope(query)
        forward, start = decode_start(scope, cursor)
        plan = self._plan(query)
        if plan is None:
            return Page([])
        walk = Walk(plan, self._images, self._visitors, start, forward=forward)
        found, end = walk.page(limit)
        images = [record.image for _, record in (found if forward else found[::-1])]
        ahead = encode_start(scope, forward, Start(end)) if end else None
        if start is None:
            return Page(images, ahead, count=None if plan.is_decided_by_rows else walk.count)
        # Back to where the reader came from; from an empty page, to the start itself.
        position = found[0][0] if found else start.position
        back = encode_start(scope, not forward, Start(position, inclusive=not found))
        return Page(images, ahead, back) if forward else Page(images, back, ahead)

    def cursor_at(self, query: Query, time: datetime) -> str:
        if query.order not in TIMED:
            raise ValueError(f"order {query.order} has no times")
        # Before all keys of this time: the empty text sorts before every time and ID.
        position = (text_of(time), "") if query.order != "taken" else (text_of(time), "", "")
        return encode_start(_scope(query), True, Start(position))

    def months(self, query: Query) -> MonthCounts:
        if query.order not in TIMED:
            raise ValueError(f"order {query.order} has no times")
        kind = "taken" if query.order == "taken" else "created"
        if query == Query(order=query.order):
            return months_of_all(self._images, kind)
        plan = self._plan(query)
        months = read_months(plan, self._images) if plan else {}
        return dict.fromkeys(months_of_all(self._images, kind)) if months is None else months

    def window(self, query: Query, image_id: str, before: int, after: int) -> Window:
        if (placed := self._placed(query, image_id)) is None:
            return Window()
        plan, position = placed
        start = Start(position)
        images_before = self._images_from(plan, start, before, forward=False)[::-1]
        return Window(images_before, self._images_from(plan, start, after, forward=True))

    def contains(self, query: Query, image_id: str) -> bool:
        return self._placed(query, image_id) is not None

    def _placed(self, query: Query, image_id: str) -> tuple[QueryPlan, Position] | None:
        """Return the plan of a query and the position of an image in it; None if it has none."""
        plan = self._plan(query)
        document = self._images.get(image_id) if plan else None
        if plan is None or document is None:
            return None
        wanted = [image_id] if plan.needs_annotations else []
        rows = self._visitors.values_by_key("by_image", wanted).get(image_id, [])
        record = Record(document)
        matches = all(condition.holds(record, rows) for condition in plan.conditions.values())
        return (plan, plan.position(record, rows)) if matches else None

    def collection_sizes(self) -> dict[str, int]:
        rows = self._images.rows(
            "by_place",
            startkey=[False, COLLECTION],
            endkey=[False, COLLECTION, {}],
            group_level=4,
        )
        return {row["key"][3]: row["value"] for row in rows}

    def facet_sizes(self, kind: str) -> dict[str, int]:
        rows = self._images.rows(
            "by_facet", startkey=[False, kind], endkey=[False, kind, {}], group_level=3
        )
        return {row["key"][2]: row["value"] for row in rows}

    def facet_counts(self, query: Query, most: int = 1000) -> FacetCounts:
        if query.is_unconditional:
            return count_facets_of_all(self._images, most, query.trashed)
        plan = self._plan(query)
        if plan is None:
            return facet_counts({}, is_complete=True)
        walk = Walk(plan, self._images, self._visitors)
        walk.count(most)
        records = [record for _, record in walk.found[:most]]
        return count_facets(records, self._visitors, is_complete=walk.is_complete)

    def _images_from(
        self, plan: QueryPlan, start: Start, limit: int, *, forward: bool
    ) -> tuple[Image, ...]:
        if not limit:
            return ()
        walk = Walk(plan, self._images, self._visitors, start, forward=forward)
        return tuple(record.image for _, record in walk.page(limit)[0])

    def articles(
        self, key: str, limit: int, cursor: str | None = None, *, prefix: str = ""
    ) -> ArticlePage:
        return self._articles.page(key, limit, cursor, prefix)

    def count_articles(self, key: str, *, prefix: str = "", most: int = 1000) -> Count:
        return self._articles.count(key, prefix, most)

    def ending(self, first: date, last: date, limit: int, cursor: str | None = None) -> Page:
        return read_endings(self._images, first, last, limit, cursor)

    def count_ending(self, first: date, last: date, most: int = 1000) -> Count:
        return count_endings(self._images, first, last, most)

    def alike(self, phash: str, limit: int) -> list[Image]:
        return read_alike(self._images, phash, limit) if is_telling(phash) else []

    def random(self, count: int) -> list[Image]:
        if count <= 0:
            return []
        size = max(count * _RANDOM_FACTOR, _RANDOM_MIN)
        start = id_of(secrets.token_bytes(16))
        rows = self._images.rows("by_id", startkey=start, limit=size)
        if len(rows) < size:
            rest = size - len(rows)
            rows += self._images.rows("by_id", endkey=start, limit=rest)
        found = {row["id"]: document_in(row) for row in rows}
        drawn = random.sample(list(found), min(count + _SPARE_RANDOM, len(found)))
        missing = [image_id for image_id in drawn if not found[image_id]]
        documents = found | self._images.get_many(missing)
        images = (image_of(document) for i in drawn if (document := documents.get(i)))
        visible = (i for i in images if not i.trashed and not i.replaced_by)
        return list(islice(visible, count))

    def count(self) -> int:
        return int(self._images.reduced("by_time", startkey=[False], endkey=[False, {}]) or 0)

    def count_of(self, query: Query, most: int = 1000) -> Count:
        if query.order in {"oldest", "title"}:  # they leave no image out
            query = replace(query, order="newest")
        plan = self._plan(query)
        return self._count(plan, most) if plan else Count(0)

    def count_before(self, query: Query, image_id: str, most: int = 1000) -> Count | None:
        placed = self._placed(query, image_id)
        return self._count(placed[0], most, placed[1]) if placed else None

    def _count(self, plan: QueryPlan, most: int, before: Position | None = None) -> Count:
        """Count the images of a plan, or those before a position."""
        if count := count_by_rows(plan, self._images, most, before):
            return count
        start, forward = (Start(before), False) if before else (None, True)
        return Walk(plan, self._images, self._visitors, start, forward=forward).count(most)

    def changes(self, since: str = "", limit: int = 1000) -> Changes:
        """Return changes in the order of each database, those of annotations last.

        An image whose record and annotations changed may be in two pieces of the feed.
        """
        ids: dict[str, None] = {}
        positions: list[str | int | float] = cursors.decode(_FEED, since) if since else [0, 0]
        while True:
            positions, has_more = self._read_changes(positions, limit, ids)
            if ids or not has_more:
                break
        documents = self._images.get_many(ids)
        gone = [i for i in ids if (d := documents.get(i)) is None or is_trashed(d)]
        return Changes(list(ids), frozenset(gone), cursors.encode(_FEED, positions))

    def _read_changes(
        self, positions: list[str | int | float], limit: int, ids: dict[str, None]
    ) -> tuple[list[str | int | float], bool]:
        """Add IDs of changed images to `ids`, up to `limit`; return where to continue."""
        new, has_more = [], False
        for database, position in zip((self._images, self._visitors), positions, strict=True):
            try:
                rows, end = database.changes(position, limit)
            except ValueError as error:
                raise BadCursor from error
            for row in rows:
                image_id = row["id"][:ID_LENGTH]
                if is_image_id(image_id) and image_id not in ids:
                    if len(ids) == limit:
                        break
                    ids[image_id] = None
                position = row["seq"]
            else:
                position = end
            has_more = has_more or len(rows) == limit
            new.append(position)
        return new, has_more

    def tags(self, prefix: str = "", limit: int | None = None) -> list[tuple[str, int]]:
        ranking = self._tags.ranking()
        return [(tag, number) for tag, number in ranking if tag.startswith(prefix)][:limit]

    def reference_keys(self, limit: int) -> list[str]:
        keys: list[str] = []
        start: list[object] = [False]
        while len(keys) < limit:
            rows = self._images.rows("by_reference", startkey=start, endkey=[False, {}], limit=1)
            if not rows:
                break
            keys.append(rows[0]["key"][1])
            start = [False, keys[-1], {}]
        return keys

    def spellings(self, tags: Iterable[str]) -> dict[str, str]:
        return self._tags.spellings(list(tags))

    def _plan(self, query: Query) -> QueryPlan | None:
        return plan_query(query, self._images, self._visitors, self._words, self.today())


def _scope(query: Query) -> tuple[str, Query]:
    return "couchdb", query
