"""Scans: candidates for a query, read from ranges of views in either direction.

A candidate has a position, the end of its key in the view: (ctime, id), (average, ctime, id),
(taken, ctime, id) or (at, ctime, id).  Positions are unique, so a page can begin and end at any,
even at one that is gone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..cursors import Start
from .database import Database, Document, Row

Position = tuple[str | float, ...]

# Views whose values contain the documents.  Those of older versions do not: then the caller reads
# what is missing.
CONTAINING = frozenset({"by_time", "by_id"})


@dataclass(frozen=True)
class Candidate:
    """An image that may match a query, with its document if the scan read it.

    `collation_mismatch`: CouchDB sorts its key as equal to the requested one, but it differs.
    """

    position: Position
    document: Document | None = None
    collation_mismatch: bool = False

    @property
    def id(self) -> str:
        return str(self.position[-1])


def document_in(row: Row) -> Document | None:
    """Return the document that was read with a row, or that the view contains."""
    value = row.get("value")
    return row.get("doc") or (value[0] if isinstance(value, list) else None)


class Scan(ABC):
    """Candidates in the order of their positions."""

    @abstractmethod
    def read(self, start: Start | None, limit: int, *, descending: bool) -> list[Candidate]:
        """Return at most `limit` candidates from `start`; fewer only at the end."""

    def without_documents(self) -> Scan:
        """Return a scan that reads no documents."""
        return self


@dataclass(frozen=True)
class ViewScan(Scan):
    """The rows of a view whose keys begin with `prefix`, in one request.

    `documents`: read the documents, too; views of annotations are in another database.
    `grouped`: one row for the equal keys of several visitors; needs a reduce function.
    `between`: only keys with an element from the first to below the second after the prefix.
    `exact`: recognize collation mismatches.  CouchDB treats strings as equal that differ in
    invisible characters, such as the variation selector of an emoji.
    """

    database: Database
    view: str
    prefix: tuple[str | bool, ...]
    documents: bool = True
    grouped: bool = False
    exact: bool = False
    between: tuple[str | float, str | float] | None = None

    @property
    def _range(self) -> tuple[list[Any], list[Any]]:
        if self.between:
            return [*self.prefix, self.between[0]], [*self.prefix, self.between[1]]
        return [*self.prefix], [*self.prefix, {}]  # objects sort after everything else

    def read(self, start: Start | None, limit: int, *, descending: bool) -> list[Candidate]:
        begin, end = self._range[::-1] if descending else self._range
        if start:
            begin = [*self.prefix, *start.position]
        within: dict[str, Any] = {"startkey": begin, "endkey": end, "descending": descending}
        reads_documents = self.documents and self.view not in CONTAINING
        # One row more, because the start itself may be excluded.
        rows = self.database.rows(
            self.view, limit=limit + 1, reduce=False, include_docs=reads_documents, **within
        )
        found = [self._candidate(row) for row in rows]
        if self.grouped and limit < len(rows) != len({one.position for one in found}):
            # Only now, because CouchDB takes half as long again to group rows.
            rows = self.database.rows(self.view, limit=limit + 1, group=True, **within)
            found = [self._candidate(row) for row in rows]
        return [c for c in found if not (start and start.excludes(c.position))][:limit]

    def _candidate(self, row: Row) -> Candidate:
        size = len(self.prefix)
        prefix, position = tuple(row["key"][:size]), tuple(row["key"][size:])
        return Candidate(position, document_in(row), self.exact and prefix != self.prefix)

    def without_documents(self) -> ViewScan:
        return replace(self, documents=False)

    @property
    def is_counted(self) -> bool:
        """Whether the view has one row for each image and a reduce function."""
        return self.view in {"by_time", "by_facet", "by_place"}

    def count(self, to: Position | None = None, *, descending: bool = False) -> int:
        """Return the number of rows, up to and including a position; needs a reduce function."""
        low, high = self._range
        if to is not None:
            at = [*self.prefix, *to]
            low, high = (at, high) if descending else (low, at)
        return int(self.database.reduced(self.view, startkey=low, endkey=high) or 0)


@dataclass(frozen=True)
class MergedScan(Scan):
    """The candidates of several scans, with one request for each."""

    scans: Sequence[Scan]

    def read(self, start: Start | None, limit: int, *, descending: bool) -> list[Candidate]:
        found: dict[Position, Candidate] = {}
        for scan in self.scans:
            for candidate in scan.read(start, limit, descending=descending):
                if candidate.document or candidate.position not in found:
                    found[candidate.position] = candidate
        return [found[position] for position in sorted(found, reverse=descending)][:limit]

    def without_documents(self) -> MergedScan:
        return MergedScan([scan.without_documents() for scan in self.scans])


def _by_position(position: Position) -> Position:
    return position


@dataclass(frozen=True)
class InMemoryScan(Scan):
    """Positions that are known already, sorted by `key`; needs no request."""

    positions: Sequence[Position]
    key: Callable[[Position], Position] = _by_position

    def read(self, start: Start | None, limit: int, *, descending: bool) -> list[Candidate]:
        positions = sorted(self.positions, key=self.key, reverse=descending)
        if start:
            begin = self.key(start.position)
            positions = [
                position
                for position in positions
                if (self.key(position) < begin if descending else self.key(position) > begin)
                or (position == start.position and start.inclusive)
            ]
        return [Candidate(position) for position in positions[:limit]]
