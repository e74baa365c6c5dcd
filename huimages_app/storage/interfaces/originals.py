"""The store of originals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO

from ...domain.ids import image_id_of_file
from ...errors import CorruptOriginal


@dataclass(frozen=True)
class OriginalInfo:
    """Properties that are stored beside the bytes of an original, where the backend can."""

    contenttype: str
    width: int
    height: int


def require_intact(image_id: str, file: BinaryIO) -> None:
    """Raise CorruptOriginal unless the bytes are those of the ID; seek to the start."""
    if image_id_of_file(file) != image_id:
        raise CorruptOriginal(f"the bytes stored as {image_id} are not those of this picture")
    file.seek(0)


class Originals(ABC):
    """The uploaded bytes, never altered, by image ID.

    Paths and keys are made of the ID: a text that is not an ID raises BadImageId.
    """

    # Whether `delete` removes an original and nothing else, so that a move may use it.
    movable = True

    @abstractmethod
    def put(self, image_id: str, content: BinaryIO, info: OriginalInfo) -> bool:
        """Store `content`, a seekable file, from its start; return whether it is new here.

        All or nothing: a reader never sees a part, and a crash leaves none.  Storing the
        same bytes again changes nothing.  Raises IdCollision if other bytes are stored.
        """

    @abstractmethod
    def open(self, image_id: str) -> AbstractContextManager[BinaryIO]:
        """Yield the bytes as a seekable local file, complete; raises UnknownImage, CorruptOriginal.

        The file may be a temporary one that is removed when the context ends.
        """

    @abstractmethod
    def length(self, image_id: str) -> int | None:
        """Return the number of bytes; None if there is no such original."""

    @abstractmethod
    def delete(self, image_id: str) -> None:
        """Remove the bytes for good; do nothing if there are none."""

    @abstractmethod
    def ids(self, after: str = "") -> Iterator[str]:
        """Yield all image IDs greater than `after`, ascending."""

    @abstractmethod
    def check(self) -> None:
        """Raise StorageUnavailable unless originals can be stored and read now."""

    def setup(self) -> list[str]:
        """Create the location if it is missing; return a line for each step."""
        return []

    def is_intact(self, image_id: str) -> bool:
        """Read the original and return whether its bytes are those the ID was made from.

        An original that is stored, but not intact, must not count as a copy of an intact
        one elsewhere.  Raises UnknownImage, StorageUnavailable.
        """
        try:
            with self.open(image_id) as file:
                return image_id_of_file(file) == image_id
        except CorruptOriginal:
            return False

    def close(self) -> None:
        """Release connections and threads."""

    def presigned_url(self, image_id: str, *, filename: str, seconds: int) -> str | None:
        """Return a URL where clients can fetch the bytes for `seconds`; None if there is none."""
        return None
