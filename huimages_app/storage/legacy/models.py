"""Interfaces for the read-only inspection of a legacy huImages site.

They give documents and objects as they are stored, with gaps and oddities; the storage
interfaces give what the program reads from them, and need its views.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

PEEKED = 1 << 18  # bytes of an original that show its format and size


@dataclass(frozen=True)
class LegacyImage:
    """A document of an image; `sides` are its stored width and height, None without.

    `is_old`: huImages 2.2 wrote it, and this program has not measured the image yet.
    `oddities` are messages about fields.
    """

    image_id: str
    sides: tuple[int, int] | None
    deleted: bool
    is_old: bool
    attached: bool
    oddities: tuple[str, ...] = ()


@dataclass(frozen=True)
class LegacyAnnotation:
    """A document of a visitor's annotation of an image."""

    image_id: str
    visitor_id: str
    tags: int
    favorite: bool
    rated: bool
    oddities: tuple[str, ...] = ()


@dataclass(frozen=True)
class LegacyOther:
    """The ID of any other document; `_design/...` for one with views."""

    document_id: str


@dataclass(frozen=True)
class Peek:
    """The beginning of an original, and its stored content type."""

    contenttype: str
    head: bytes


class LegacyDocuments(ABC):
    """The two databases of a site.  Methods only read, and raise StorageUnavailable."""

    @abstractmethod
    def size(self) -> int:
        """Return the number of documents of the first database."""

    @abstractmethod
    def images(self) -> Iterator[LegacyImage | LegacyOther]:
        """Yield all documents of the first database, images by ascending ID."""

    @abstractmethod
    def annotations(self) -> Iterator[LegacyAnnotation | LegacyOther]:
        """Yield all documents of the second one, annotations by ascending image ID."""

    @abstractmethod
    def peek(self, image_id: str) -> Peek:
        """Return the beginning of the first attachment of an image; raises UnknownImage."""


class LegacyBucket(ABC):
    """A bucket of a site.  Methods only read, and raise StorageUnavailable."""

    name: str

    @abstractmethod
    def listed(self) -> Iterator[tuple[str, str]]:
        """Yield image ID and key of every original, by ascending ID."""

    @abstractmethod
    def peek(self, key: str) -> Peek:
        """Return the beginning of an object; raises UnknownImage."""
