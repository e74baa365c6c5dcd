"""Pages of a collection, and who stands beside whom: a bounded number of requests each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...domain.models import Image, Neighbours, Page, Query
from .. import cursors
from .client import Database, Document
from .codec import image_of
from .query_planner import Marks, Plan, plan
from .scans import Candidate, Place, Start

# How often a page reads on when conditions leave out most of what it read.
_ROUNDS = 5
_MOST_READ = 500  # candidates of a round
_SPARE = 10  # of marks, which do not know whether their image is in the trash


@dataclass(frozen=True)
class _Scan:
    """What was found from a start; `end` is where to go on, None at the collection's end."""

    found: Sequence[tuple[Place, Image]]
    end: Place | None


class Collections:
    """Answers queries from the two databases."""

    def __init__(self, images: Database, visitors: Database) -> None:
        self._images = images
        self._visitors = visitors

    def page(self, query: Query, limit: int, cursor: str | None) -> Page:
        """As `Metadata.page`."""
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

    def neighbours(self, query: Query, image_id: str) -> Neighbours:
        """As `Metadata.neighbours`."""
        planned = plan(query, self._images, self._visitors)
        document = self._images.get(image_id)
        if planned is None or document is None:
            return Neighbours()
        of_marks = planned.said or any(c.of_marks for c in planned.conditions.values())
        marks = self._marks([image_id])[image_id] if of_marks else []
        if not all(c.holds(document, marks) for c in planned.conditions.values()):
            return Neighbours()
        start = Start(planned.place(document, marks))
        ids = []
        for forward in (False, True):
            found = self._scan(planned, start, 1, forward=forward).found
            ids.append(found[0][1].id if found else None)
        return Neighbours(*ids)

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
        of_marks = [c.id for c in candidates if any(check.of_marks for check in checks[c.stray])]
        marks = self._marks(of_marks) if of_marks else {}
        for candidate in candidates:
            document = candidate.document or others.get(candidate.id)
            if document is None or plan.repeats(candidate.place, document):
                continue
            said = marks.get(candidate.id, [])
            if all(check.holds(document, said) for check in checks[candidate.stray]):
                yield candidate, document

    def _marks(self, image_ids: Sequence[str]) -> dict[str, Marks]:
        marks: dict[str, list[dict[str, object]]] = {image_id: [] for image_id in image_ids}
        for row in self._visitors.rows("by_image", keys=list(marks)):
            marks[row["key"]].append(row["value"])
        return dict(marks)


def _encoded(query: Query, forward: bool, start: Start) -> str:
    return cursors.encode(("couchdb", query), [int(forward), int(start.inclusive), *start.place])


def _decoded(query: Query, cursor: str | None) -> tuple[bool, Start | None]:
    """The direction and the start of a page; raises BadCursor."""
    if cursor is None:
        return True, None
    forward, inclusive, *place = cursors.decode(("couchdb", query), cursor)
    return bool(forward), Start(tuple(place), bool(inclusive))
