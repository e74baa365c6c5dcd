"""Metadata in CouchDB: the two databases of huImages, with views of our own."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from ...domain.ids import ID_LENGTH, is_image_id
from ...domain.ids import image_id as id_of
from ...domain.models import Changes, Image, Mark, Neighbours, Page, Query, Summary
from ...errors import BadCursor, RemovedImage, UnknownImage
from .. import cursors
from ..interfaces import Metadata
from . import install_views
from .annotations import Marks
from .client import Row, Server
from .codec import document_of, image_of, is_trashed
from .retry import Stripes, insist
from .search import Collections

# Where the IDs of images lie among those of all documents.
_FIRST_ID, _BEHIND_IDS = "", "["

_MIXED = 4  # how many times as many random images are read as are drawn
_AT_LEAST = 20
_SPARE = 5


class CouchMetadata(Metadata):
    """Documents in `database` and `visitor_database` of a server.

    The views have to be there: `setup` installs them, `prepare` does so if it is quick.
    Several processes and machines may share the databases.
    """

    def __init__(
        self, server: Server, database: str = "huimages", visitor_database: str = "huimages_meta"
    ) -> None:
        self._server = server
        self._images = server.database(database)
        self._visitors = server.database(visitor_database)
        self._stripes = Stripes(patience=server.session.timeout)
        self._marks = Marks(self._images, self._visitors, self._stripes)
        self._collections = Collections(self._images, self._visitors)

    # -- one image

    def get(self, image_id: str) -> Image:
        document = self._images.get(image_id)
        if document is not None:
            return image_of(document)
        if image_id in self._images.get_many([image_id]):  # a tombstone
            raise RemovedImage(f"the image {image_id} was removed")
        raise UnknownImage(f"there is no image {image_id}")

    def get_many(self, image_ids: Iterable[str]) -> dict[str, Image]:
        wanted = list(image_ids)
        documents = self._images.get_many(wanted)
        found = ((image_id, documents.get(image_id)) for image_id in wanted)
        return {image_id: image_of(document) for image_id, document in found if document}

    def save(self, image_id: str, change: Callable[[Image | None], Image]) -> Image:
        def attempt() -> tuple[Image | None, Image]:
            document = self._images.get(image_id)
            before = None if document is None else image_of(document)
            image = change(before)
            if image != before:
                self._images.put(document_of(image, document))
            return before, image

        with self._stripes.held(image_id):
            before, image = insist(attempt)
        if before is not None and before.created != image.created:
            self._align_marks(image_id)
        return image

    def remove(self, image_id: str, approve: Callable[[Image], object] | None = None) -> None:
        def attempt() -> None:
            document = self._images.get(image_id)
            if document is None:
                raise UnknownImage(f"there is no image {image_id}")
            if approve:
                approve(image_of(document))
            self._images.delete(document)

        with self._stripes.held(image_id):
            insist(attempt)
        # Who writes a mark from now on finds no image; who wrote one before is found here.
        self._marks.remove_all(image_id)

    def _align_marks(self, image_id: str) -> None:
        if document := self._images.get(image_id):
            self._marks.align(document)

    # -- many images

    def page(self, query: Query, limit: int, cursor: str | None = None) -> Page:
        return self._collections.page(query, limit, cursor)

    def neighbours(self, query: Query, image_id: str) -> Neighbours:
        return self._collections.neighbours(query, image_id)

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
        drawn = random.sample(ids, min(count + _SPARE, len(ids)))
        return [image for image in self.get_many(drawn).values() if not image.trashed][:count]

    def count(self) -> int:
        return int(self._images.reduced("by_time", startkey=[False], endkey=[False, {}]) or 0)

    def ids(self, after: str = "") -> Iterator[str]:
        return (row["id"] for row in self._all(after))

    def _all(self, after: str = _FIRST_ID, *, documents: bool = False) -> Iterator[Row]:
        rows = self._images.all(after, _BEHIND_IDS, documents=documents)
        return (row for row in rows if is_image_id(row["id"]))

    def changes(self, since: str = "", limit: int = 1000) -> Changes:
        """As promised; each image once in an answer, and marked ones behind changed ones.

        The order is each database's own.  An image marked and changed while somebody
        reads the feed in pieces may be in two of them.
        """
        ids: dict[str, None] = {}
        places = _decoded(since)
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

    # -- visitors

    def mark(self, image_id: str, visitor_id: str) -> Mark:
        return self._marks.get(image_id, visitor_id)

    def marks(self, image_id: str) -> dict[str, Mark]:
        return self._marks.of_image(image_id)

    def save_mark(self, image_id: str, visitor_id: str, change: Callable[[Mark], Mark]) -> Mark:
        return self._marks.save(image_id, visitor_id, change)

    def marks_by(self, visitor_id: str) -> Iterator[tuple[str, Mark]]:
        return self._marks.by_visitor(visitor_id)

    def summaries(self, image_ids: Iterable[str]) -> dict[str, Summary]:
        return self._marks.summaries(image_ids)

    def tags(self, prefix: str = "", limit: int | None = None) -> list[tuple[str, int]]:
        return self._marks.tags(prefix, limit)

    # -- the store

    def setup(self, *, old_marks: bool = False) -> list[str]:
        done = [
            install_views.install(self._images, "images", wait=True),
            install_views.install(self._visitors, "visitors", wait=True),
        ]
        if old_marks:
            done.append(f"{self._visitors.name}: {self._marks.bring_up()} old marks brought up")
        return done

    def prepare(self) -> None:
        for database, folder in ((self._images, "images"), (self._visitors, "visitors")):
            install_views.log_refusal(partial(install_views.install, database, folder, wait=False))

    def check(self) -> None:
        for database in (self._images, self._visitors):
            database.size()

    def close(self) -> None:
        self._server.close()


_FEED = ("couchdb", "changes")
_REFUSED = "this place in the changes is damaged or of another site; start from the beginning"


def _decoded(since: str) -> list[str | int | float]:
    return cursors.decode(_FEED, since) if since else [0, 0]
