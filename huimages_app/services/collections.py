"""Collections: make, describe, list and remove them, and read their images."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from ..domain.collections import ID, Collection, CollectionPatch, new_collection_id
from ..domain.models import Image, Page, Query
from ..errors import BadInput, EditConflict, UnknownCollection
from ..storage import cursors
from ..storage.interfaces import Document, MetadataBackend
from . import audit
from .paging import all_pages

KIND = "collection"
MAX_COLLECTIONS = 2000  # collections of a site; lists of them are read as a whole
_BATCH = 500  # images read at once

Unchanged = Callable[[Collection], bool] | None


@dataclass(frozen=True)
class FoundCollections:
    """A page of collections: `count` is the number of all pages, `next` the next cursor."""

    collections: Sequence[Collection]
    count: int
    next: str | None


class Collections:
    """The collections of a site.  Thread-safe.  Every method raises StorageUnavailable.

    Methods that take the ID of a collection raise UnknownCollection.  Images in the trash are
    not shown in their collections, and keep their positions.
    """

    def __init__(self, metadata: MetadataBackend) -> None:
        self._documents = metadata.documents
        self._images = metadata.images
        self._search = metadata.search

    # -- reading -----------------------------------------------------------------------------

    def all(self) -> list[Collection]:
        """Return all collections, by title."""
        found = [_collection(key, record) for key, record in self._documents.items(KIND)]
        return sorted(found, key=_by_title)

    def find(self, text: str, limit: int, cursor: str | None = None) -> FoundCollections:
        """Return at most `limit` collections whose titles contain a text; raises BadCursor."""
        wanted, scope = text.casefold(), ("collections", text.casefold())
        after = tuple(cursors.decode(scope, cursor)) if cursor is not None else ()
        found = [one for one in self.all() if wanted in one.title.casefold()]
        rest = [one for one in found if _by_title(one) > after][: limit + 1]
        is_last = len(rest) <= limit
        page = rest[:limit]
        following = None if is_last else cursors.encode(scope, _by_title(page[-1]))
        return FoundCollections(page, len(found), following)

    def get(self, collection_id: str) -> Collection:
        """Return a collection."""
        if not ID.fullmatch(collection_id):
            raise UnknownCollection(collection_id)
        record = self._documents.get(KIND, collection_id)
        if record is None:
            raise UnknownCollection(collection_id)
        return _collection(collection_id, record)

    def of_image(self, image: Image) -> list[Collection]:
        """Return the collections of an image, by title."""
        if not image.collections:
            return []
        found = self._documents.get_many(KIND, image.collections)
        collections = [_collection(key, record) for key, record in found.items()]
        return sorted(collections, key=_by_title)

    def sizes(self) -> dict[str, int]:
        """Return the number of images of each collection that has any, by its ID."""
        return self._search.collection_sizes()

    def covers(self, collections: Sequence[Collection]) -> dict[str, Image]:
        """Return the picture that each collection is shown by, by its ID; none for an empty one.

        That is its cover in the newest version, or its first image if there is none or it left
        the collection.
        """
        chosen = self._images.get_many({one.cover for one in collections if one.cover})
        newest = {image.replaced_by for image in chosen.values() if image.replaced_by}
        versions = self._images.get_many(newest) if newest else {}
        covers = {}
        for one in collections:
            image = chosen.get(one.cover)
            if image is not None and image.replaced_by:
                image = versions.get(image.replaced_by)
            if image is None or not image.is_listed or one.id not in image.collections:
                image = next(iter(self.page(one.id, 1).images), None)
            if image is not None:
                covers[one.id] = image
        return covers

    def page(self, collection_id: str, limit: int, cursor: str | None = None) -> Page:
        """Return at most `limit` images in order, which may be none; raises BadCursor."""
        return self._search.page(query_of(collection_id), limit, cursor)

    def images(self, collection_id: str) -> Iterator[Image]:
        """Yield all images in order."""
        for page in all_pages(partial(self.page, collection_id, _BATCH)):
            yield from page.images

    # -- collections -------------------------------------------------------------------------

    def add(self, title: str, description: str = "") -> Collection:
        """Make an empty collection; raises BadInput."""
        now = datetime.now(UTC)
        patch = CollectionPatch(title, description).cleaned()
        new = patch.applied_to(Collection(new_collection_id(), "", now, now))
        if sum(1 for _ in self._documents.items(KIND)) >= MAX_COLLECTIONS:
            raise BadInput(
                f"there are {MAX_COLLECTIONS} collections already; remove one that is not needed"
            )
        self._documents.save(KIND, new.id, lambda present: _record(new))
        audit.record("collection added", collection=new.id, title=new.title)
        return new

    def update(
        self, collection_id: str, patch: CollectionPatch, unchanged: Unchanged = None
    ) -> Collection:
        """Change title, text or cover; raises BadInput.

        `unchanged` is called with the collection that will be changed: EditConflict unless it is
        as the client has read it (None: not compared).
        """
        patch = patch.cleaned()
        if patch.cover and not self._search.contains(query_of(collection_id), patch.cover):
            raise BadInput(f"the image {patch.cover} is not in this collection; expected one of it")

        def change(collection: Collection) -> Collection:
            if unchanged is not None and not unchanged(collection):
                raise EditConflict.of_collection(collection_id)
            return patch.applied_to(collection)

        changed = self.change(collection_id, change)
        audit.record("collection changed", collection=collection_id, title=changed.title)
        return changed

    def remove(self, collection_id: str) -> None:
        """Remove a collection; its images stay.

        Their records keep a position in it, which nothing shows.
        """

        def require(record: Document | None) -> None:
            if record is None:
                raise UnknownCollection(collection_id)

        self.get(collection_id)
        self._documents.save(KIND, collection_id, require)
        audit.record("collection removed", collection=collection_id)

    def change(self, collection_id: str, change: Callable[[Collection], Collection]) -> Collection:
        """Store the result of `change`, which is called with the collection; return it."""
        now = datetime.now(UTC)
        self.get(collection_id)

        def change_record(record: Document | None) -> Document:
            if record is None:
                raise UnknownCollection(collection_id)
            old = _collection(collection_id, record)
            new = change(old)
            return record if new == old else _record(replace(new, modified=now))

        stored = self._documents.save(KIND, collection_id, change_record)
        return _collection(collection_id, stored or {})


def query_of(collection_id: str) -> Query:
    """Return the query for the images of a collection."""
    return Query(collection=collection_id, order="place")


def state_of(collection: Collection) -> str:
    """Return a hash of what editors change of a collection itself; clients send it back."""
    data = [collection.title, collection.description, collection.cover]
    return hashlib.sha256(json.dumps(data).encode()).hexdigest()[:16]


def _by_title(collection: Collection) -> tuple[str, str]:
    return collection.title.casefold(), collection.id


def _record(collection: Collection) -> Document:
    fields = {
        "title": collection.title,
        "created": collection.created.isoformat(timespec="seconds"),
        "modified": collection.modified.isoformat(timespec="seconds"),
        "description": collection.description,
        "cover": collection.cover,
        "end": collection.end,
        "begin": collection.begin,
    }
    return {name: value for name, value in fields.items() if value}


def _collection(key: str, record: Document) -> Collection:
    return Collection(
        key,
        record["title"],
        datetime.fromisoformat(record["created"]),
        datetime.fromisoformat(record["modified"]),
        record.get("description", ""),
        record.get("cover", ""),
        float(record["end"]),
        float(record.get("begin", 0)),
    )
