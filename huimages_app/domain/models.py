"""Values that every layer shares: images, annotations, queries and pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from .content import ContentBox, centre
from .history import History
from .rights import Rights
from .spellings import shown_spelling

if TYPE_CHECKING:
    from .sizes import Size


@dataclass(frozen=True)
class Place:
    """Position and role of an image in an article.

    Positions have gaps, so that moving one image changes one record.  An image without a position
    is sorted after those that have one.
    """

    at: float | None = None
    role: str = ""


# Of one image: reference key → value of the reference → place.
Places = Mapping[str, Mapping[str, Place]]


@dataclass(frozen=True)
class Image:
    """The record of an image, the same for every visitor.

    Times are aware and in UTC.  `width` and `height` are those of the upright image.
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
    focus: tuple[float, float] | None = None  # x, y from 0 to 1
    placeholder: str = ""  # a colour, #rrggbb
    trashed: datetime | None = None
    rights: Rights = Rights()
    taken: datetime | None = None  # by the camera, or when the work was made
    camera: str = ""
    thumbhash: str = ""  # a small picture as placeholder, in Base64
    content: ContentBox | None = None  # within even borders, measured; None: not measured yet
    content_version: int = 0  # of the measuring
    backdrop: str = ""  # colour of the even border, #rrggbb
    corrected_content: ContentBox | None = None  # `content` as corrected by an editor
    places: Places = field(default_factory=dict)  # in articles that `references` names
    collections: Mapping[str, float] = field(default_factory=dict)  # ID → position there
    uploader: str = ""  # the account; empty if it is not known
    uploaded: datetime | None = None  # `created` may be another time; None: not known
    history: History = ()
    replaced_by: str = ""  # ID of the newest version; empty if this is it
    versions: tuple[str, ...] = ()  # IDs of the older versions, oldest first; of the newest only
    versioned: datetime | None = None  # when `replaced_by` or `versions` changed last
    batches: tuple[str, ...] = ()  # IDs of the last uploads that brought it: see domain.batches
    phash: str = ""  # perceptual: see domain.likeness; empty: not measured yet
    alike: tuple[str, ...] = ()  # IDs of other images that look alike, for editors to decide about
    unlike: tuple[str, ...] = ()  # IDs of images that look alike and are known to be different

    @property
    def is_listed(self) -> bool:
        """Return whether lists have it: it is not in the trash, and no older version."""
        return self.trashed is None and not self.replaced_by

    @property
    def focal_point(self) -> tuple[float, float] | None:
        """Return the focal point: the stored one, else the centre of the content box."""
        box = self.corrected_content or self.content
        return self.focus or (box and centre(box))

    def shown_in(self, size: Size) -> Size:
        """Return a size with the focal point and content box of this image, as in its URLs.

        A measured content box is in no URL: it follows from the bytes of the original.
        """
        return size.focused(self.focal_point).corrected(self.corrected_content)

    @property
    def title(self) -> str:
        """Return the current title; empty if there is none."""
        return self.titles[-1] if self.titles else ""

    def place(self, key: str, number: str) -> Place:
        """Return the place in the article that is the value `number` of a reference."""
        return self.places.get(key, {}).get(number, Place())


@dataclass(frozen=True)
class Annotation:
    """The tags, favourite and rating that one visitor gave one image."""

    tags: tuple[str, ...] = ()  # lowercase, in the order they were given
    favorite: bool = False
    rating: int | None = None  # 0 to 10
    spellings: Mapping[str, str] = field(default_factory=dict)
    """Tag → the tag as the visitor typed it, where that is not lower case."""

    def spelling(self, tag: str) -> str:
        """Return a tag as the visitor typed it."""
        return self.spellings.get(tag, tag)

    @property
    def is_empty(self) -> bool:
        return not self.tags and not self.favorite and self.rating is None


@dataclass(frozen=True)
class AnnotationSummary:
    """The annotations of all visitors of one image, summed up."""

    tags: Mapping[str, int] = field(default_factory=dict)  # tag → number of visitors
    rating_sum: int = 0
    rating_count: int = 0
    favorites: int = 0
    spellings: Mapping[str, str] = field(default_factory=dict)
    """Tag → spelling to show, where that is not lower case."""

    def spelling(self, tag: str) -> str:
        """Return a tag as it is shown."""
        return self.spellings.get(tag, tag)

    def spelled(self, typed: Mapping[str, Mapping[str, int]]) -> AnnotationSummary:
        """Return the summary with spellings; `typed` is tag → spelling → number of visitors."""
        shown = {
            tag: shown_spelling(tag, self.tags[tag], counts)
            for tag, counts in typed.items()
            if tag in self.tags
        }
        differing = {tag: spelling for tag, spelling in shown.items() if spelling != tag}
        return replace(self, spellings=differing)

    @property
    def rating(self) -> float | None:
        """Return the average, from 0 to 10; None without ratings."""
        return self.rating_sum / self.rating_count if self.rating_count else None

    @classmethod
    def of(cls, annotations: Iterable[Annotation]) -> AnnotationSummary:
        tags: dict[str, int] = {}
        typed: dict[str, dict[str, int]] = {}
        ratings: list[int] = []
        favorites = 0
        for annotation in annotations:
            for tag in dict.fromkeys(annotation.tags):
                tags[tag] = tags.get(tag, 0) + 1
            for tag, spelling in annotation.spellings.items():
                counts = typed.setdefault(tag, {})
                counts[spelling] = counts.get(spelling, 0) + 1
            if annotation.rating is not None:
                ratings.append(annotation.rating)
            favorites += annotation.favorite
        return cls(tags, sum(ratings), len(ratings), favorites).spelled(typed)


# Before every time of taking; its year has four digits.
_BEFORE_ALL = datetime(1000, 1, 1, tzinfo=UTC)

Order = Literal["newest", "oldest", "rated", "taken", "title", "place"]


@dataclass(frozen=True)
class Query:
    """A list of images: those that meet all the given conditions.

    Without conditions it is the list of all images.  Images in the trash match only with
    `trashed`; older versions of an image match only in the trash.  `rated` is best average first,
    without unrated images; `taken` is by the time of taking, latest first, without images whose
    time is not known.  `title` is alphabetical by `domain.facets.shown_name`, in a collation of
    the backend, equal names oldest first.  `place` is the order within the article that the only
    reference names: by position, the images without one last, oldest first; or the order within
    the collection, which is the only order of a collection.
    """

    text: str = ""  # words of titles, tags, file name, references: see domain.tokenizer
    tag: str = ""
    tags: tuple[str, ...] = ()  # further tags; each is a separate condition
    references: tuple[tuple[str, str], ...] = ()  # (key, value); of each key any of its values
    type: str = ""
    facets: tuple[tuple[str, str], ...] = ()  # further ones: see domain.facets
    collection: str = ""  # an ID
    favorite_of: str = ""  # a visitor's ID
    changed_since: datetime | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    taken_from: datetime | None = None
    taken_before: datetime | None = None
    larger: int | None = None  # least pixels of the longer side
    smaller: int | None = None  # the longer side has fewer pixels
    rating: float | None = None  # least average, from 0 to 10
    ends: int | None = None  # the rights end today or within so many days
    trashed: bool = False
    order: Order = "newest"

    def __post_init__(self) -> None:
        if self.collection and self.order != "place":
            raise ValueError(f"order {self.order} is no order of a collection; expected place")
        if self.order == "place" and not self.collection and len(self.references) != 1:
            raise ValueError(f"order place needs one reference, not {len(self.references)}")

    @property
    def by_time(self) -> Query:
        """The query for the same images, newest first; a collection has its own order only."""
        if self.collection:
            return self
        query = replace(self, order="newest")
        if self.order == "rated":
            return replace(query, rating=self.rating or 0)
        if self.order == "taken" and not self.taken_before:
            return replace(query, taken_from=self.taken_from or _BEFORE_ALL)
        return query

    @property
    def is_unconditional(self) -> bool:
        """Return whether it has all images outside the trash, or all in it."""
        is_complete = self.order in {"newest", "oldest", "title"}  # others leave images out
        return is_complete and self == Query(order=self.order, trashed=self.trashed)

    @property
    def wanted_tags(self) -> tuple[str, ...]:
        """Return all tags that an image must have."""
        return tuple(dict.fromkeys(filter(None, [self.tag, *self.tags])))

    @property
    def wanted_facets(self) -> tuple[tuple[str, str], ...]:
        """Return all facets that an image must have."""
        types = [("type", self.type)] if self.type else []
        return tuple(dict.fromkeys([*types, *self.facets]))

    def last_days(self, today: date) -> tuple[date, date] | None:
        """Return the first and the last day on which the rights may end; None for any."""
        return None if self.ends is None else (today, today + timedelta(days=self.ends))

    @property
    def wanted_references(self) -> dict[str, list[str]]:
        """Return the values of each key; each key is a separate condition."""
        wanted: dict[str, list[str]] = {}
        for key, value in dict.fromkeys(self.references):
            wanted.setdefault(key, []).append(value)
        return wanted


@dataclass(frozen=True)
class Count:
    """The number of images of a query; there are more unless it `is_exact`."""

    number: int
    is_exact: bool = True

    @classmethod
    def up_to(cls, most: int, found: int) -> Count:
        """Return the count of a list of which at most `most` + 1 entries were read."""
        return cls(min(found, most), is_exact=found <= most)


@dataclass(frozen=True)
class Page:
    """A page of a query.

    `next` and `previous` are the cursors of the adjacent pages, None at the ends.  A page
    may be shorter than requested, or even empty, and still have a next one.
    Some first pages have `count`: as `ImageSearch.count_of`, without reading the page again.
    """

    images: Sequence[Image]
    next: str | None = None
    previous: str | None = None
    count: Callable[[], Count] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class ArticleSummary:
    """An article number with its visible images: their number, and the first in order."""

    number: str
    count: int
    main: Image


@dataclass(frozen=True)
class ArticlePage:
    """A page of the article numbers of one key; `next` as in `Page`."""

    articles: Sequence[ArticleSummary]
    next: str | None = None


@dataclass(frozen=True)
class Neighbours:
    """IDs of the images before and after one image of a query; None at the ends."""

    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True)
class Window:
    """Images before and after one image of a query, in list order: nearest last and first."""

    before: Sequence[Image] = ()
    after: Sequence[Image] = ()


@dataclass(frozen=True)
class Changes:
    """Images that changed, each once, in an order of the backend.

    `gone` are those of them that are in the trash or removed; `since` is the position
    where the next call continues.
    """

    ids: Sequence[str]
    gone: frozenset[str]
    since: str
