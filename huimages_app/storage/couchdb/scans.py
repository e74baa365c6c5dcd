"""Where the images of a collection come from: ranges of views, read in either direction.

A candidate has a place, the end of its key in the view: (ctime, id), or (average, ctime,
id).  Places are unique, so a page can begin and end at any, there or not there any more.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .client import Database, Document, Row

Place = tuple[str | float, ...]


@dataclass(frozen=True)
class Candidate:
    """An image that may be in a collection; its document if that came along.

    Nothing is implied for a `stray`: its key only sorts as if it were one of those asked for.
    """

    place: Place
    document: Document | None = None
    stray: bool = False

    @property
    def id(self) -> str:
        return str(self.place[-1])


@dataclass(frozen=True)
class Start:
    """Where to read from: the place itself, or what comes behind it."""

    place: Place
    inclusive: bool = False

    def leaves_out(self, place: Place) -> bool:
        return place == self.place and not self.inclusive


class Source(ABC):
    """Candidates in the order of their places."""

    @abstractmethod
    def read(self, start: Start | None, limit: int, *, descending: bool) -> list[Candidate]:
        """`limit` candidates from `start`, or from the end of the range; fewer: no more."""


@dataclass(frozen=True)
class ViewSource(Source):
    """The rows of a view whose keys begin with `prefix`: one request, documents included.

    Views of marks have no `documents`, those of images are in the other database; where
    several visitors' rows have the same key they are `grouped`, which CouchDB allows for
    views with a reduce function only.  `exact` tells strays: CouchDB takes strings
    for equal that differ in what nobody sees, as in the variation selector of an emoji.
    """

    database: Database
    view: str
    prefix: tuple[str | bool, ...]
    documents: bool = True
    grouped: bool = False
    exact: bool = False

    @property
    def _ends(self) -> tuple[list[Any], list[Any]]:
        return [*self.prefix], [*self.prefix, {}]  # an object is behind everything else

    def read(self, start: Start | None, limit: int, *, descending: bool) -> list[Candidate]:
        begin, end = self._ends[::-1] if descending else self._ends
        if start:
            begin = [*self.prefix, *start.place]
        content: dict[str, Any] = (
            {"group": True} if self.grouped else {"reduce": False, "include_docs": self.documents}
        )
        rows = self.database.rows(
            self.view,
            startkey=begin,
            endkey=end,
            descending=descending,
            limit=limit + 1,  # one more, for the place itself may be left out
            **content,
        )
        found = [self._candidate(row) for row in rows]
        return [c for c in found if not (start and start.leaves_out(c.place))][:limit]

    def _candidate(self, row: Row) -> Candidate:
        size = len(self.prefix)
        prefix, place = tuple(row["key"][:size]), tuple(row["key"][size:])
        return Candidate(place, row.get("doc"), stray=self.exact and prefix != self.prefix)

    def count(self) -> int:
        """Number of rows; for views that are reduced to it."""
        low, high = self._ends
        return int(self.database.reduced(self.view, startkey=low, endkey=high) or 0)


@dataclass(frozen=True)
class Union(Source):
    """What is in any of some sources: a request each."""

    sources: Sequence[Source]

    def read(self, start: Start | None, limit: int, *, descending: bool) -> list[Candidate]:
        found: dict[Place, Candidate] = {}
        for source in self.sources:
            for candidate in source.read(start, limit, descending=descending):
                if candidate.document or candidate.place not in found:
                    found[candidate.place] = candidate
        return [found[place] for place in sorted(found, reverse=descending)][:limit]


@dataclass(frozen=True)
class Listed(Source):
    """Places known already: no request."""

    places: Sequence[Place]

    def read(self, start: Start | None, limit: int, *, descending: bool) -> list[Candidate]:
        places = sorted(self.places, reverse=descending)
        if start:
            places = [
                place
                for place in places
                if (place < start.place if descending else place > start.place)
                or (place == start.place and start.inclusive)
            ]
        return [Candidate(place) for place in places[:limit]]
