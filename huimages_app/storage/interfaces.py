"""What the library asks of a store.  Nothing above this floor knows a concrete one.

Three kinds: `Originals` keep the uploaded bytes, `Metadata` keeps what is known about
them, `Records` keeps small documents about people (accounts, tokens).  Every method of
every store is thread-safe, and raises StoreDown when the store does not answer, not in
time, or not sensibly; it never takes a failure for an absence.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, BinaryIO

from ..domain.models import Changes, Image, Mark, Neighbours, Page, Query, Summary
from ..errors import UnknownImage

# -- originals ----------------------------------------------------------------------------


@dataclass(frozen=True)
class OriginalInfo:
    """What is stored beside the bytes of an original, where the store can."""

    contenttype: str
    width: int
    height: int
    filename: str = "image.jpeg"


class Originals(ABC):
    """The uploaded bytes, never altered, by image ID.

    Paths and keys are made of the ID: whatever is none raises BadImageId, and nothing is
    looked for, or deleted, in its place.
    """

    # Whether `delete` takes away an original and nothing else, so that a move may use it.
    movable = True

    @abstractmethod
    def put(self, image_id: str, content: BinaryIO, info: OriginalInfo) -> bool:
        """Store `content`, a seekable file, read from its start; whether it is new here.

        All or nothing: a reader never sees a part, and a crash leaves none.  The same
        bytes again change nothing; raises IdCollision if other bytes are there.
        """

    @abstractmethod
    def open(self, image_id: str) -> AbstractContextManager[BinaryIO]:
        """The bytes as a seekable local file, complete and verified; raises UnknownImage.

        The file may be a temporary one, gone when the context ends.
        """

    @abstractmethod
    def length(self, image_id: str) -> int | None:
        """Number of bytes; None if there is no such original."""

    @abstractmethod
    def delete(self, image_id: str) -> None:
        """Remove the bytes for good.  Nothing happens if there are none."""

    @abstractmethod
    def ids(self, after: str = "") -> Iterator[str]:
        """All image IDs greater than `after`, ascending."""

    @abstractmethod
    def check(self) -> None:
        """Raises StoreDown unless the store could take and give an original now."""

    def close(self) -> None:
        """Give back what is held: connections, threads."""

    def address(self, image_id: str, *, filename: str, seconds: int) -> str | None:
        """A URL where a client can fetch the bytes for `seconds`; None if there is no such."""
        return None


# -- metadata -----------------------------------------------------------------------------


class Metadata(ABC):
    """What is known about the images, and what visitors say about them."""

    # one image

    @abstractmethod
    def get(self, image_id: str) -> Image:
        """The record, of an image in the trash too; raises UnknownImage, RemovedImage."""

    @abstractmethod
    def get_many(self, image_ids: Iterable[str]) -> dict[str, Image]:
        """The records of those that there are, by ID, in the order asked for."""

    @abstractmethod
    def save(self, image_id: str, change: Callable[[Image | None], Image]) -> Image:
        """Store what `change` makes of the record (None if there is none); returns it.

        Nothing that others write meanwhile is lost: `change` is called again with their
        record, so it must be free of side effects.  Whatever it raises is passed on and
        nothing is stored.  A removed image is made anew.
        """

    def update(self, image_id: str, change: Callable[[Image], Image]) -> Image:
        """Like `save` for an image that must be there; raises UnknownImage."""

        def change_existing(image: Image | None) -> Image:
            if image is None:
                raise UnknownImage(f"there is no image {image_id}")
            return change(image)

        return self.save(image_id, change_existing)

    @abstractmethod
    def remove(self, image_id: str, approve: Callable[[Image], object] | None = None) -> None:
        """Remove the record and every visitor's marks; `get` raises RemovedImage from then on.

        `approve` is called with the very record that goes: whatever it raises is passed on
        and nothing is removed.  Raises UnknownImage if there is none.
        """

    # many images

    @abstractmethod
    def page(self, query: Query, limit: int, cursor: str | None = None) -> Page:
        """At most `limit` images of a collection, from its start or from a cursor.

        A cursor stays good while images come and go: nothing is shown twice or left out
        that was there all the time.  Raises BadCursor.
        """

    @abstractmethod
    def neighbours(self, query: Query, image_id: str) -> Neighbours:
        """Who stands beside an image of a collection; nobody if it is not in it."""

    @abstractmethod
    def random(self, count: int) -> list[Image]:
        """At most `count` different images by chance, none from the trash."""

    @abstractmethod
    def count(self) -> int:
        """Number of images, those in the trash not counted."""

    @abstractmethod
    def ids(self, after: str = "") -> Iterator[str]:
        """All image IDs greater than `after`, ascending, those in the trash too."""

    @abstractmethod
    def changes(self, since: str = "", limit: int = 1000) -> Changes:
        """Images whose record or marks changed, or that were removed, since a former answer.

        From the beginning if `since` is empty.  Raises BadCursor.
        """

    # visitors

    @abstractmethod
    def mark(self, image_id: str, visitor_id: str) -> Mark:
        """What a visitor says about an image; an empty mark if nothing."""

    @abstractmethod
    def marks(self, image_id: str) -> dict[str, Mark]:
        """What every visitor says about an image, by visitor ID, empty marks left out."""

    @abstractmethod
    def save_mark(self, image_id: str, visitor_id: str, change: Callable[[Mark], Mark]) -> Mark:
        """Store what `change` makes of a visitor's mark; as `save` otherwise.

        Raises UnknownImage.
        """

    @abstractmethod
    def marks_by(self, visitor_id: str) -> Iterator[tuple[str, Mark]]:
        """What a visitor says about each image, by image ID, empty marks left out."""

    @abstractmethod
    def summaries(self, image_ids: Iterable[str]) -> dict[str, Summary]:
        """What all visitors together say about each of the images; an entry for every ID."""

    def summary(self, image_id: str) -> Summary:
        """What all visitors together say about an image."""
        return self.summaries([image_id])[image_id]

    @abstractmethod
    def tags(self, prefix: str = "", limit: int | None = None) -> list[tuple[str, int]]:
        """Tags that begin with `prefix` and how often each was given, most used first.

        A tag counts once for every visitor and image that has it; ties are in
        alphabetical order.
        """

    @abstractmethod
    def check(self) -> None:
        """Raises StoreDown unless the store could answer now."""

    def setup(self, *, old_marks: bool = False) -> list[str]:
        """Make what the store needs, however long it takes; a line for each thing done.

        `old_marks`: also write into the marks of a former huImages site what sorting by
        them needs.  Raises BadSetting if the store's account has no right to, StoreDown.
        """
        return []

    def prepare(self) -> None:
        """What a start of the site does: as much of `setup` as is quick.

        What the rights do not allow is logged.  Raises StoreDown.
        """

    def close(self) -> None:
        """Give back what is held: connections, threads."""


# -- records ------------------------------------------------------------------------------

Record = dict[str, Any]  # what JSON can hold


class Records(ABC):
    """Small JSON documents about people, by kind ("account", "token", …) and key."""

    @abstractmethod
    def get(self, kind: str, key: str) -> Record | None:
        """The document; None if there is none."""

    @abstractmethod
    def save(
        self, kind: str, key: str, change: Callable[[Record | None], Record | None]
    ) -> Record | None:
        """Store what `change` makes of the document; None removes it.

        Nothing that others write meanwhile is lost, as with `Metadata.save`.
        """

    @abstractmethod
    def items(self, kind: str) -> Iterator[tuple[str, Record]]:
        """All documents of a kind, by ascending key."""

    def setup(self) -> list[str]:
        """As `Metadata.setup`."""
        return []

    def prepare(self) -> None:
        """As `Metadata.prepare`."""

    def close(self) -> None:
        """Give back what is held: connections, threads."""
