"""Values that every layer shares: images, annotations, queries and pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Image:
    """What is known about an image, whoever asks.

    Times are aware and in UTC.  `width` and `height` are those of the upright picture.
    """

    id: str
    created: datetime
    modified: datetime
    width: int
    height: int
    titles: tuple[str, ...] = ()  # oldest first; the last one is current
    alt: str = ""
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    types: tuple[str, ...] = ()
    filename: str = ""
    length: int = 0  # bytes
    contenttype: str = ""
    sha256: str = ""
    focus: tuple[float, float] | None = None  # x, y in 0…1
    placeholder: str = ""  # a colour, #rrggbb
    trashed: datetime | None = None

    @property
    def title(self) -> str:
        """The current title; empty if it was never given one."""
        return self.titles[-1] if self.titles else ""


@dataclass(frozen=True)
class Annotation:
    """What one visitor says about one image."""

    tags: tuple[str, ...] = ()  # lowercase, in the order they were given
    favorite: bool = False
    rating: int | None = None  # 0…10

    @property
    def is_empty(self) -> bool:
        return not self.tags and not self.favorite and self.rating is None


@dataclass(frozen=True)
class AnnotationSummary:
    """What all visitors together say about one image."""

    tags: Mapping[str, int] = field(default_factory=dict)  # tag → number of visitors
    rating_sum: int = 0
    rating_count: int = 0
    favorites: int = 0

    @property
    def rating(self) -> float | None:
        """The average, 0…10; None if nobody rated."""
        return self.rating_sum / self.rating_count if self.rating_count else None

    @classmethod
    def of(cls, annotations: Iterable[Annotation]) -> AnnotationSummary:
        tags: dict[str, int] = {}
        ratings: list[int] = []
        favorites = 0
        for annotation in annotations:
            for tag in dict.fromkeys(annotation.tags):
                tags[tag] = tags.get(tag, 0) + 1
            if annotation.rating is not None:
                ratings.append(annotation.rating)
            favorites += annotation.favorite
        return cls(tags, sum(ratings), len(ratings), favorites)


Order = Literal["newest", "oldest", "rated"]


@dataclass(frozen=True)
class Query:
    """A collection of images: those that all the given conditions hold for.

    No condition at all is every image.  Images in the trash are in no collection but
    the one with `trashed`.  `rated` is best average first, unrated ones left out.
    """

    text: str = ""  # words of titles, tags, file name, references; each may be a beginning
    tag: str = ""
    references: tuple[tuple[str, str], ...] = ()  # (key, value); of each key any of its values
    type: str = ""
    favorite_of: str = ""  # a visitor's ID
    changed_since: datetime | None = None
    trashed: bool = False
    order: Order = "newest"

    @property
    def wanted_references(self) -> dict[str, list[str]]:
        """The values of each key: a condition of its own, as a tag is."""
        wanted: dict[str, list[str]] = {}
        for key, value in dict.fromkeys(self.references):
            wanted.setdefault(key, []).append(value)
        return wanted


@dataclass(frozen=True)
class Page:
    """A piece of a collection.

    `next` and `previous` are the cursors of the pieces beside it, None at the ends.  A
    piece may be shorter than was asked for, or even empty, and still have a next one.
    """

    images: Sequence[Image]
    next: str | None = None
    previous: str | None = None


@dataclass(frozen=True)
class Neighbours:
    """IDs of the images before and after one in a collection; None at the ends."""

    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True)
class Window:
    """Images before and after one image of a query, in list order: nearest last and first."""

    before: Sequence[Image] = ()
    after: Sequence[Image] = ()


@dataclass(frozen=True)
class Changes:
    """Images that changed, each once, in an order of the store's own; and where to go on.

    `gone` are those of them that are in the trash or removed.
    """

    ids: Sequence[str]
    gone: frozenset[str]
    since: str
