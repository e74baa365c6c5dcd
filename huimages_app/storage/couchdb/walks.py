"""The images of a plan, read in their order as far as a page or a count needs them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...domain.models import Count
from ..cursors import Start
from .conditions import Record
from .database import Database
from .query_planner import QueryPlan
from .scans import Candidate, Position

# How often a page reads on when residual conditions reject most candidates.
_ROUNDS = 5
_MIN_READ, _MAX_READ = 50, 500  # candidates of a later round
_COUNTED = 150  # candidates whose documents a count reads
_SPARE = 10  # candidates of annotations more: their images may be in the trash


class Walk:
    """Reads the candidates of a plan from a start on, and keeps those that match in `found`.

    `is_complete` if the end was reached.  A count goes on where the page ended.
    """

    def __init__(
        self,
        plan: QueryPlan,
        images: Database,
        visitors: Database,
        start: Start | None = None,
        *,
        forward: bool = True,
    ) -> None:
        self.found: list[tuple[Position, Record]] = []
        self.is_complete = False
        self._plan = plan
        self._scan = plan.scan
        self._images = images
        self._visitors = visitors
        self._start = start
        self._descending = plan.descending if forward else not plan.descending
        self._read = 0  # candidates

    def page(self, limit: int) -> tuple[Sequence[tuple[Position, Record]], Position | None]:
        """Return at most `limit` images, and where to continue; None at the end."""
        # One more than requested shows whether there is a next page.
        size = limit + 1 + (_SPARE if self._plan.mark_filter else 0)
        for _ in range(_ROUNDS):
            self._read_on(size)
            if len(self.found) > limit:
                return self.found[:limit], self.found[limit - 1][0]
            if self.is_complete:
                return self.found, None
            size = next_size(self._read, len(self.found), limit)
        return self.found, self._start.position if self._start else None

    def count(self, most: int = 1000) -> Count:
        """Return the number of images, exact up to `most` if few candidates are left."""
        # Reading documents by their IDs takes less time than with the rows.
        self._scan = self._plan.scan.without_documents()
        size = min(most, _COUNTED) + 1 - self._read
        if size > 0 and not self.is_complete:
            self._read_on(size)
        found = len(self.found)
        return Count(min(found, most), is_exact=self.is_complete and found <= most)

    def _read_on(self, size: int) -> None:
        candidates = self._scan.read(self._start, size, descending=self._descending)
        self.found += self._matching(candidates)
        self._read += len(candidates)
        self.is_complete = len(candidates) < size
        if candidates:
            self._start = Start(candidates[-1].position)

    def _matching(self, candidates: Sequence[Candidate]) -> Iterator[tuple[Position, Record]]:
        """Yield the positions of candidates that meet all conditions, with their records."""
        plan = self._plan
        # CouchDB may put rows with a collation mismatch and others into one group, or list
        # the same position twice.
        candidates = list({candidate.position: candidate for candidate in candidates}.values())
        missing = [candidate.id for candidate in candidates if candidate.document is None]
        documents = self._images.get_many(missing)
        checks = {False: plan.residual, True: list(plan.conditions.values())}
        possible = []
        undecided = []  # whether they match depends on their annotations
        for candidate in candidates:
            document = candidate.document or documents.get(candidate.id)
            record = Record(document) if document else None
            if record is None or plan.is_duplicate(candidate.position, record):
                continue
            wanted = checks[candidate.collation_mismatch]
            failed = [condition for condition in wanted if not condition.is_certain(record)]
            if all(condition.of_annotations for condition in failed):
                possible.append((candidate, record, failed))
                undecided += [candidate.id] * bool(failed)
        annotations = self._visitors.values_by_key("by_image", undecided)
        for candidate, record, failed in possible:
            rows = annotations.get(candidate.id, [])
            if all(condition.holds(record, rows) for condition in failed):
                yield candidate.position, record


def next_size(read: int, found: int, limit: int) -> int:
    """Return how many candidates probably complete the page, and a third more."""
    wanted = 4 * read if not found else (limit + 1 - found) * read * 4 // (found * 3)
    return min(max(wanted, _MIN_READ), _MAX_READ)
