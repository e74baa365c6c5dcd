"""What can be seen of a former huImages site from outside, without changing anything.

Its documents and objects as they are, gaps and oddities included: `Originals` and `Metadata`
show what the program makes of them, and need views of ours.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

PEEKED = 1 << 18  # bytes of an original that tell its format and size


@dataclass(frozen=True)
class ImageSeen:
    """A document about an image; `sides` are width and height as it has them, None without.

    `is_old`: huImages 2.2 wrote it, and this program has not measured the picture yet.
    `oddities` are sentences about fields.
    """

    image_id: str
    sides: tuple[int, int] | None
    deleted: bool
    is_old: bool
    attached: bool
    oddities: tuple[str, ...] = ()


@dataclass(frozen=True)
class MarkSeen:
    """A document about what a visitor says of an image."""

    image_id: str
    visitor_id: str
    tags: int
    favorite: bool
    rated: bool
    oddities: tuple[str, ...] = ()


@dataclass(frozen=True)
class OtherSeen:
    """A document of somebody else's, by its ID; `_design/…` for one with views."""

    document_id: str


@dataclass(frozen=True)
class Peek:
    """The beginning of an original, and the type its place says it has."""

    contenttype: str
    head: bytes


class SiteDocuments(ABC):
    """The two databases of a site.  Every method raises StoreDown, and only reads."""

    @abstractmethod
    def size(self) -> int:
        """Number of documents of the first database."""

    @abstractmethod
    def images(self) -> Iterator[ImageSeen | OtherSeen]:
        """All documents of the first database, images by ascending ID."""

    @abstractmethod
    def marks(self) -> Iterator[MarkSeen | OtherSeen]:
        """All documents of the second one, marks by ascending ID of their images."""

    @abstractmethod
    def peek(self, image_id: str) -> Peek:
        """Into the first attachment of an image; raises UnknownImage."""


class SiteBucket(ABC):
    """A bucket of a site.  Every method raises StoreDown, and only reads."""

    name: str

    @abstractmethod
    def listed(self) -> Iterator[tuple[str, str]]:
        """Image ID and key of every original, by ascending ID."""

    @abstractmethod
    def peek(self, key: str) -> Peek:
        """Into an object; raises UnknownImage."""
