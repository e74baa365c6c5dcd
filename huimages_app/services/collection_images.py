"""Images of collections: add, remove and move them.

Each change writes the records of the images that it names, so editors who change different images
at the same time lose nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from ..domain.collections import STEP, Collection, between, spread
from ..domain.models import Image, Query
from ..errors import BadInput, EditConflict, UnknownImage
from ..storage.interfaces import MetadataBackend
from . import audit
from .collections import Collections, query_of

MAX_ADDED = 500  # images in one call
_REACH = 40  # images on each side whose positions are spread where a gap is used up
_ATTEMPTS = 4

Step = Literal["first", "earlier", "later", "last"]

# From the present position of an image to the new one; None: it is not in the collection.
Change = Callable[[float | None], float | None]


class CollectionImages:
    """Adds, removes and moves images of collections.  Thread-safe.

    Every method raises UnknownCollection, StorageUnavailable.
    """

    def __init__(self, metadata: MetadataBackend, collections: Collections) -> None:
        self._images = metadata.images
        self._search = metadata.search
        self._collections = collections

    def add_images(self, collection_id: str, image_ids: Sequence[str]) -> list[str]:
        """Put images at the end, in this order; return the IDs of those that were not in it yet.

        Images that do not exist are left out.  Raises BadInput for more than MAX_ADDED.
        """
        if len(image_ids) > MAX_ADDED:
            raise BadInput(f"{len(image_ids)} images are too many: at most {MAX_ADDED} at once")
        found = self._images.get_many(dict.fromkeys(image_ids)).values()
        new = [one.id for one in found if one.is_listed and collection_id not in one.collections]
        if not new:
            self._collections.get(collection_id)
            return []
        end = self._reserve(collection_id, len(new), first=new[0])
        added = []
        for index, image_id in enumerate(new):
            at = end + STEP * index
            if self._write(image_id, collection_id, _unless_placed(at)):
                audit.record("added to collection", image_id, collection=collection_id)
                added.append(image_id)
        return added

    def remove_images(self, collection_id: str, image_ids: Iterable[str]) -> list[str]:
        """Take images out of a collection; return the IDs of those that were in it."""
        self._collections.get(collection_id)
        removed = []
        for image_id in dict.fromkeys(image_ids):
            image = self._images.get_many([image_id]).get(image_id)
            if image is None or collection_id not in image.collections:
                continue
            if self._write(image_id, collection_id, lambda old: None):
                audit.record("removed from collection", image_id, collection=collection_id)
                removed.append(image_id)
        return removed

    def move(self, collection_id: str, image_id: str, *, before: str = "", after: str = "") -> None:
        """Put an image directly before or after another one, or at the end without both.

        Raises BadInput if the image is not in the collection, and EditConflict if the other one
        is not.
        """
        self._collections.get(collection_id)
        query = query_of(collection_id)
        if not self._search.contains(query, image_id):
            raise BadInput(f"the image {image_id} is not in this collection")
        if image_id in {before, after}:
            return
        for _attempt in range(_ATTEMPTS):
            at = self._position(query, image_id, before, after)
            if at is not None:
                break
            self._spread(query, before or after)
        else:
            raise EditConflict.of_collection(collection_id)
        self._write(image_id, collection_id, lambda old: None if old is None else at)
        audit.record("moved in collection", image_id, collection=collection_id, at=f"{at:g}")

    def step(self, collection_id: str, image_id: str, to: Step) -> None:
        """Move an image to the front or the end, or past one neighbour; raises as `move`."""
        query = query_of(collection_id)
        if to == "last":
            self.move(collection_id, image_id)
        elif to == "later":
            if following := self._search.window(query, image_id, 0, 1).after:
                self.move(collection_id, image_id, after=following[0].id)
        elif to == "earlier":
            if preceding := self._search.window(query, image_id, 1, 0).before:
                self.move(collection_id, image_id, before=preceding[0].id)
        else:
            first = self._search.page(query, 1).images
            self.move(collection_id, image_id, before=first[0].id if first else "")

    def _reserve(self, collection_id: str, count: int, first: str = "") -> float:
        """Return a position after all others, with room for `count` images from there on."""

        def move_end(collection: Collection) -> Collection:
            end, cover = collection.end + STEP * count, collection.cover or first
            return replace(collection, end=end, cover=cover)

        return self._collections.change(collection_id, move_end).end - STEP * count

    def _reserve_front(self, collection_id: str, first: float) -> float:
        """Return a position before all others; `first` is that of the first image."""

        def move_begin(collection: Collection) -> Collection:
            return replace(collection, begin=min(collection.begin, first) - STEP)

        return self._collections.change(collection_id, move_begin).begin

    def _position(self, query: Query, image_id: str, before: str, after: str) -> float | None:
        """Return the new position of an image; None if the gap there is used up."""
        name = query.collection
        if not (before or after):
            return self._reserve(name, 1)
        anchor = self._images.get_many([before or after]).get(before or after)
        if anchor is None or not anchor.is_listed or name not in anchor.collections:
            raise EditConflict.of_collection(name)
        reach = (2, 0) if before else (0, 2)
        window = self._search.window(query, anchor.id, *reach)
        beside = [*window.before[::-1], *window.after]
        neighbour = next((one for one in beside if one.id != image_id), None)
        at = anchor.collections[name]
        if neighbour is None:
            return self._reserve_front(name, at) if before else self._reserve(name, 1)
        return between(*sorted((at, neighbour.collections[name])))

    def _spread(self, query: Query, anchor_id: str) -> None:
        """Make gaps around an image, by moving few of its neighbours a little.

        The first and the last of them stay: beyond these, another editor may have put images to
        the front or the end meanwhile.
        """
        name = query.collection
        for reach in (_REACH, 4 * _REACH, 16 * _REACH):
            window = self._search.window(query, anchor_id, reach, reach)
            anchor = self._images.get_many([anchor_id]).get(anchor_id)
            if anchor is None or name not in anchor.collections:
                return
            images = [*window.before, anchor, *window.after]
            seen = {one.id: one.collections[name] for one in images}
            positions = spread(images, name)
            if positions is None and len(window.after) < reach:
                # There is no room between them, and no image after the last one.
                images = [*images, _at(images[-1], name, self._reserve(name, 1))]
                positions = spread(images, name)
            if positions is not None:
                for image_id, at in positions.items():
                    self._write(image_id, name, _if_still(seen[image_id], at))
                return

    def _write(self, image_id: str, name: str, change: Change) -> bool:
        """Change the position of an image; return whether it exists."""
        now = datetime.now(UTC)

        def change_image(image: Image) -> Image:
            old = image.collections.get(name)
            at = change(old)
            if at == old:
                return image
            others = {key: value for key, value in image.collections.items() if key != name}
            changed = others if at is None else {**others, name: at}
            return replace(image, collections=changed, modified=now)

        try:
            self._images.update(image_id, change_image)
        except UnknownImage:
            return False
        return True


def _unless_placed(at: float) -> Change:
    return lambda old: at if old is None else old


def _if_still(seen: float, at: float) -> Change:
    return lambda old: at if old == seen else old


def _at(image: Image, name: str, at: float) -> Image:
    return replace(image, collections={**image.collections, name: at})
